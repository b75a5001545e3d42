/**
 * The account of one run, kept outside all machines, so that no crash touches it: what was called, what left, what
 * arrived, what the agencies were asked, what became durable, and which heads and leases were given.
 */
import type { ApplicationAnswer, Note, RegisterCall } from '@minben/gateway';
import type { World } from '@minben/ports/simulated';
import { type DurableNote, type JournalTap, tapJournal } from './journal-tap.ts';
import type { Seen, Watch } from './watch-network.ts';

/** One message id of an application, with all that was agreed about it. */
export interface PlannedCall {
  readonly id: string;
  readonly client: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: Buffer;
  readonly purpose: string;
  readonly fields: readonly string[];
  readonly subject: string | undefined;
  readonly grant: PlannedGrant | undefined;
  /** Milliseconds after the start of the traffic. */
  readonly at: number;
  /** The application asks again even after an answer. */
  readonly again: boolean;
}

export interface PlannedGrant {
  readonly jti: string;
  readonly token: string;
  readonly uses: number | undefined;
}

export interface LeftMessage {
  readonly machine: string;
  readonly seen: Seen;
  readonly at: number;
  /** Whether its entry stood on the platters when the first byte was about to leave. */
  readonly wasDurable: boolean;
  /** When the gateway's newest lease of this life was asked for, true time. */
  readonly leaseSentAt: number;
}

export interface ArrivedSeen {
  readonly machine: string;
  readonly seen: Seen;
  readonly at: number;
  /** The receiver's wall clock, seconds since the epoch. */
  readonly clock: number;
}

export interface Forward {
  readonly machine: string;
  readonly call: RegisterCall;
  readonly at: number;
}

export interface ApplicationEnd {
  readonly call: PlannedCall;
  readonly answer: ApplicationAnswer;
  readonly at: number;
}

export interface Ledger {
  readonly calls: Map<string, PlannedCall>;
  readonly grants: Map<string, PlannedGrant>;
  /** Exchanges that applications began at their gateway; some machines die before they end. */
  begun: number;
  readonly ends: ApplicationEnd[];
  readonly left: LeftMessage[];
  readonly arrived: ArrivedSeen[];
  readonly forwards: Forward[];
  readonly heads: Map<string, Set<string>>;
  readonly taps: Map<string, JournalTap>;
  /** When the hub first said that a withdrawal was effective, by grant. */
  readonly effectiveAt: Map<string, number>;
  /** Newest lease of the present life, by machine. */
  readonly leases: Map<string, number>;
  /** Faults of the program itself, which no fault of the world excuses. */
  readonly bugs: string[];
  watch(machine: string): Watch;
  step(machine: string, name: string): void;
  /** The next batch in this machine's journal holds an answer under a grant. */
  owesGranted(machine: string): void;
}

const STEP_OF_NOTE: Partial<Record<Note['type'], string>> = {
  sent: 'request-appended',
  received: 'stored',
  answered: 'answer-appended',
  ended: 'ended',
};

export function openLedger(world: World, gateways: readonly string[]): Ledger {
  const step = (machine: string, name: string): void => world.note(`step ${machine} ${name}`);
  const heads = new Map<string, Set<string>>();
  const left: LeftMessage[] = [];
  const arrived: ArrivedSeen[] = [];
  const leases = new Map<string, number>();
  const taps = new Map<string, JournalTap>();
  const owingGranted = new Set<string>();
  for (const machine of gateways) {
    const onNote = ({ note }: DurableNote): void => {
      const name = STEP_OF_NOTE[note.type];
      if ('entry' in note) world.note(`durable ${machine} ${note.type} ${note.entry.toString('hex').slice(0, 8)}`);
      if (name !== undefined) step(machine, name);
    };
    taps.set(machine, tapJournal(world, machine, onNote));
  }
  world.trace.onLine(({ machine, what }) => {
    if (taps.has(machine) && what.startsWith('disk append /gateway/log/journal') && what.endsWith('done')) {
      step(machine, 'journal-written');
      // Between the check of a grant's status and the sync of its answer: the moment for which it is checked again.
      if (owingGranted.delete(machine)) step(machine, 'granted-answer-written');
    }
  });

  const watch = (machine: string): Watch => ({
    now: () => world.now,
    head(checkpoint) {
      const [origin = ''] = checkpoint.split('\n', 1);
      const known = heads.get(origin) ?? new Set();
      heads.set(origin, known.add(checkpoint));
    },
    asks(entry) {
      world.note(`${machine} asks what became of ${entry.slice(0, 8)}`);
      step(machine, 'outcome-asked');
    },
    lease(sentAt) {
      leases.set(machine, Math.max(sentAt, leases.get(machine) ?? 0));
      step(machine, 'lease-renewed');
    },
    message(direction, seen) {
      const noun = seen.kind === 'request' ? 'request' : 'answer';
      world.note(`${seen.kind} ${direction} ${machine} ${(seen.request ?? seen.entry).slice(0, 8)}`);
      if (direction === 'arrives') {
        const clock = world.machine(machine).ports.clock.now() / 1000;
        arrived.push({ machine, seen, at: world.now, clock });
        return step(machine, `${noun}-received`);
      }
      if (direction === 'left') return step(machine, `${noun}-sent`);
      const wasDurable = seen.entry === '' || taps.get(machine)?.entries.has(seen.entry) === true;
      left.push({
        machine,
        seen,
        at: world.now,
        wasDurable,
        leaseSentAt: leases.get(machine) ?? Number.NEGATIVE_INFINITY,
      });
      step(machine, `${noun}-leaving`);
    },
  });
  return {
    calls: new Map(),
    grants: new Map(),
    begun: 0,
    ends: [],
    left,
    arrived,
    forwards: [],
    heads,
    taps,
    effectiveAt: new Map(),
    leases,
    bugs: [],
    owesGranted: (machine) => void owingGranted.add(machine),
    watch,
    step,
  };
}
