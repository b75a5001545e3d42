/**
 * Puts a gateway's parts together by hand: log, state, heads, leases, links, and the two sides of an exchange. Every
 * port comes from outside, so that the same gateway runs on a machine and in a simulation.
 */
import { type HeadAnswer, openLog, type PublicLog } from '@minben/evidence';
import type { BundleIndex, GatewayEntry, Here, RuleName, SubjectSealer } from '@minben/exchange';
import type { Clock, Disk, Logger, Network, Random, Signer, TlsIdentity } from '@minben/ports';
import { createFramedDoor, type FramedDoor, type Told } from '../links/framed-door.ts';
import { createFramedLinks } from '../links/framed-link.ts';
import { createHttpLinks } from '../links/http-link.ts';
import type { HeadEar } from '../links/message-stream.ts';
import { createAdmissionBook } from './admission.ts';
import { type Answer, createAnswerMaker, type RecordedAnswer } from './answer.ts';
import { type BundleKeeper, createBundleKeeper } from './bundle-keeper.ts';
import { type Caller, createCaller } from './call.ts';
import { createEar } from './ear.ts';
import { createGrantOpener, type GrantOpener } from './grants.ts';
import { createHeadKeeper, type HeadKeeper, type TileWitness } from './heads.ts';
import { createIncomingRecord } from './incoming.ts';
import { createLeaseLoop } from './lease-loop.ts';
import { createNotedLog } from './noted-log.ts';
import type { Note } from './notes.ts';
import { createOutgoingRecord, type OutgoingRecord, settleOpenRequests } from './outgoing.ts';
import { createPeerChoice } from './peers.ts';
import type { PlanMeans } from './plan-call.ts';
import { createReceiver } from './receive.ts';
import { createRefusalLimit } from './refusal-limit.ts';
import type { RegisterDoor } from './register-port.ts';
import { createRights, type RightsOfBundle } from './rights.ts';
import { createGatewayState } from './state.ts';
import { createStatusGate, type StatusGate } from './status-gate.ts';
import { createSubjectOpener } from './subjects.ts';
import { createTeller } from './tell.ts';
import { verifyTold } from './verify-told.ts';
import { createWitnessedAges, type WitnessedAges } from './witnessed-ages.ts';

export interface CoreSetup {
  /** Gateway id, `TW/GOV/A01/gw1`, and the origin of its log. */
  readonly id: string;
  readonly origin: string;
  /** Directory of the log and of the cached bundle. */
  readonly directory: string;
  readonly hubUrl: string;
  readonly pinned: { readonly pinnedKey: string; readonly hubLogKey: string };
  readonly binding: 't-road/1' | 'http/1.1';
  /** Time a provider has to answer, milliseconds. */
  readonly timeoutMs: number;
  /** Exchanges in flight at most; more are refused as overloaded. */
  readonly maximumInFlight: number;
  /** Size of a journal segment, bytes; the log's default when absent. */
  readonly segmentBytes?: number;
}

export interface CorePorts {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  readonly logger: Logger;
  readonly signer: Signer;
  readonly sealer: SubjectSealer;
  readonly sealingKey: Uint8Array;
  readonly register: RegisterDoor;
  identity(): TlsIdentity;
  /** Gathers the appends of one turn; the log's default when absent. */
  readonly gather?: (flush: () => void) => void;
  /** Asks witnesses and peers for the head they hold of this log. */
  askOthers(bundle: BundleIndex | undefined): Promise<readonly HeadAnswer[]>;
  /** Roots of another log from its public tiles. */
  tiles(bundle: () => BundleIndex | undefined): TileWitness;
  /** Every note, replayed or new: from here receipts are indexed. */
  onNote(note: Note, index: number | undefined): void;
  /** The journal begins a new segment and will forget older ones: what `onNote` told must be kept elsewhere by now. */
  onSnapshot?(): void;
  /** The recorded answer of a request that memory no longer holds, by entry in hex. */
  findOlder(entry: string): Promise<RecordedAnswer | 'unknown' | undefined>;
  onRefused(rule: RuleName, peer: string | undefined, isLogged: boolean): void;
  /** A peer's request has its answer, after so many milliseconds. */
  onAnswered(answer: Answer, milliseconds: number): void;
  onBug(error: unknown): void;
}

export interface GatewayCore {
  readonly log: PublicLog;
  readonly caller: Caller;
  readonly framedDoor: FramedDoor;
  readonly heads: HeadKeeper;
  readonly gate: StatusGate;
  readonly ages: WitnessedAges;
  readonly ear: HeadEar;
  readonly bundles: BundleKeeper;
  readonly outgoing: OutgoingRecord;
  receive(arrived: Parameters<ReturnType<typeof createReceiver>['receive']>[0]): Promise<Answer>;
  tell(peerFingerprint: string, entry: Uint8Array): Promise<Told>;
  self(): GatewayEntry | undefined;
  inFlight(): number;
  /** Wall clock, seconds since the epoch. */
  now(): number;
  /** Takes no new work; resolves when what is in flight has ended, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

const SETTLE_EVERY_MS = 1_000;
const HEAD_NOTE_EVERY_MS = 1_000;

interface OfBundle {
  readonly index: BundleIndex;
  readonly rights: RightsOfBundle;
  readonly grants: GrantOpener;
  readonly self: GatewayEntry;
}

export async function openCore(setup: CoreSetup, ports: CorePorts): Promise<GatewayCore> {
  const { clock, disk, network, random, logger } = ports;
  const book = createAdmissionBook();
  const incoming = createIncomingRecord();
  const gate = createStatusGate(clock);
  const ages = createWitnessedAges(clock);
  const journal = createNotedLog(() => log, ports.onNote);
  const outgoing = createOutgoingRecord(journal);
  const dirtyHeads = new Set<string>();
  let ofBundle: OfBundle | undefined;
  let isDraining = false;
  let isClosed = false;
  let inFlight = 0;

  const heads = createHeadKeeper({
    clock,
    tiles: ports.tiles(() => bundles.current()),
    onConflict: (conflict) => {
      logger('error', 'peer-frozen', { origin: conflict.origin });
      journal.noteLazily({ type: 'conflict', ...conflict });
    },
    onAdvance: ({ origin }) => void dirtyHeads.add(origin),
  });
  const state = createGatewayState({ book, incoming, outgoing, heads, gate, onNote: ports.onNote });

  const bundles = createBundleKeeper({
    clock,
    disk,
    network,
    logger,
    cachePath: `${setup.directory}/bundle.json`,
    hubUrl: setup.hubUrl,
    pinned: setup.pinned,
    onBundle(index) {
      const self = index.gateways.get(setup.id);
      // A bundle that does not name this gateway under this log's origin gives it no right to speak.
      ofBundle =
        self?.origin === setup.origin
          ? { index, self, rights: createRights(), grants: createGrantOpener(index, heads) }
          : undefined;
    },
  });
  await disk.makeDirectory(setup.directory);
  await bundles.start();

  const log = await openLog({
    disk,
    directory: `${setup.directory}/log`,
    origin: setup.origin,
    signer: ports.signer,
    clock,
    logger,
    replay: (note, index) => state.replay(note, index),
    snapshot: () => {
      ports.onSnapshot?.();
      return state.snapshot();
    },
    askOthers: () => ports.askOthers(bundles.current()),
    ...(ports.gather === undefined ? {} : { gather: ports.gather }),
    ...(setup.segmentBytes === undefined ? {} : { segmentBytes: setup.segmentBytes }),
  });

  const ear = createEar(() => bundles.current(), heads, ages);
  const linkMeans = { clock, network, log, ear, identity: () => ports.identity() };
  const link = setup.binding === 't-road/1' ? createFramedLinks(linkMeans) : createHttpLinks(linkMeans);

  const here = (): (Here & PlanMeans) | undefined => {
    if (ofBundle === undefined) return undefined;
    const { index, self, rights, grants } = ofBundle;
    return {
      self,
      bundle: index,
      rights,
      now: Math.floor(clock.now() / 1000),
      isFrozen: heads.isFrozen,
      mayCall: rights.mayCall,
      openGrant: (token: string) => grants.open(token),
    };
  };
  const unwilling = (): 'shutting-down' | 'overloaded' | undefined => {
    if (isDraining) return 'shutting-down';
    return inFlight > setup.maximumInFlight ? 'overloaded' : undefined;
  };
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    inFlight += 1;
    try {
      return await work;
    } finally {
      inFlight -= 1;
    }
  };

  const answers = createAnswerMaker({
    clock,
    random,
    journal,
    self: () => ofBundle?.self as GatewayEntry,
    onAnswered(note) {
      incoming.answered(note.entry.toString('hex'), note, note.isAdmitted);
      state.keepAnswered(note);
    },
  });
  const receiver = createReceiver({
    clock,
    random,
    log,
    journal,
    gate,
    book,
    incoming,
    answers,
    register: ports.register,
    subjects: createSubjectOpener(ports.sealer, ports.sealingKey),
    here,
    onRefused: ports.onRefused,
    mayLogRefusal: createRefusalLimit(clock),
    onLost: lose,
    onBug: ports.onBug,
    unwilling,
    onReceived: (note) => state.keepReceived(note, Math.floor(clock.now() / 1000)),
  });
  const caller = createCaller({
    clock,
    random,
    log,
    journal,
    link,
    peers: createPeerChoice(clock, heads.isFrozen),
    outgoing,
    timeoutMs: setup.timeoutMs,
    here,
    unwilling,
    onRefused: ports.onRefused,
  });
  const receive: GatewayCore['receive'] = async (arrived) => {
    const since = clock.monotonic();
    const answer = await counted(receiver.receive(arrived));
    ports.onAnswered(answer, clock.monotonic() - since);
    return answer;
  };
  const tell = createTeller({
    log,
    incoming,
    bundle: () => bundles.current(),
    bar: (gateway, entry) => book.bar(gateway, entry, Math.floor(clock.now() / 1000)),
    findOlder: ports.findOlder,
  });
  const framedDoor = createFramedDoor({ log, ear, receive, tell });
  const leases = createLeaseLoop({
    clock,
    random,
    network,
    logger,
    gate,
    identity: () => ports.identity(),
    bundle: () => bundles.current(),
    self: () => ofBundle?.self,
    onApplied: () => journal.noteLazily({ type: 'status', ...gate.snapshot() }),
  });

  const settle = createSettling();
  const rounds = createRounds();
  leases.start();
  log.decided().then(
    (decided) => {
      if (decided.name === 'writable') settle.begin();
    },
    (error: unknown) => ports.onBug(error),
  );

  /** A received request that will have no answer any more. */
  function lose(entry: Buffer): void {
    incoming.lost(entry.toString('hex'));
    state.keepLost(entry);
    journal.noteLazily({ type: 'lost', entry });
  }

  /** What was open when the process ended: lost at the provider's side, settled with the peer at the consumer's. */
  function createSettling() {
    const leftOpen = new Set(outgoing.open().map(({ entry }) => entry.toString('hex')));
    const unanswered = incoming.unanswered();
    const since = new Map<string, number>();
    const mayStillBeAnswered = (entry: string): boolean => {
      if (leftOpen.has(entry)) return false;
      const seen = since.get(entry) ?? clock.monotonic();
      since.set(entry, seen);
      return clock.monotonic() - seen < 2 * setup.timeoutMs;
    };
    const round = async (): Promise<void> => {
      const verify: Parameters<typeof settleOpenRequests>[0]['verify'] = (request, arrived) =>
        verifyTold(request, arrived, bundles.current());
      const means = { clock, outgoing, link, bundle: () => bundles.current(), verify };
      const settled = await settleOpenRequests(means, ({ entry }) => !mayStillBeAnswered(entry.toString('hex')));
      if (settled > 0) logger('info', 'open-requests-settled', { settled });
    };
    const again = (): void => {
      if (isClosed) return;
      // A log that stopped settles nothing: what is open stays so until the next start.
      const turn = log.state.name === 'writable' ? round() : Promise.resolve();
      turn
        .catch((error: unknown) => (log.state.name === 'writable' ? ports.onBug(error) : undefined))
        .finally(() => clock.after(SETTLE_EVERY_MS, again));
    };
    return {
      begin() {
        for (const entry of unanswered) {
          lose(Buffer.from(entry, 'hex'));
        }
        again();
      },
    };
  }

  /** Small regular work: heads made durable, what no retry can ask for any more forgotten. */
  function createRounds() {
    let cancel = (): void => undefined;
    const turn = (): void => {
      if (log.state.name === 'writable') {
        for (const origin of dirtyHeads) {
          const head = heads.newest(origin);
          if (head !== undefined) journal.noteLazily({ type: 'head', origin, checkpoint: head.checkpoint });
        }
        dirtyHeads.clear();
      }
      const olderThan =
        Math.floor(clock.now() / 1000) - (ofBundle?.index.bundle.policy.retrySeconds ?? Number.POSITIVE_INFINITY);
      book.forget(olderThan);
      incoming.forget(olderThan);
      state.forget(olderThan);
      outgoing.forget(olderThan);
      cancel = clock.after(HEAD_NOTE_EVERY_MS, turn);
    };
    cancel = clock.after(HEAD_NOTE_EVERY_MS, turn);
    return { stop: () => cancel() };
  }

  const drain = async (graceMs: number): Promise<void> => {
    isDraining = true;
    framedDoor.retire();
    const end = clock.monotonic() + graceMs;
    while (inFlight > 0 && clock.monotonic() < end) await new Promise<void>((resolve) => clock.after(20, resolve));
  };

  return {
    log,
    caller: { call: (request) => counted(caller.call(request)) },
    framedDoor,
    heads,
    gate,
    ages,
    ear,
    bundles,
    outgoing,
    receive,
    tell,
    self: () => ofBundle?.self,
    inFlight: () => inFlight,
    now: () => Math.floor(clock.now() / 1000),
    drain,
    async close() {
      isClosed = true;
      isDraining = true;
      rounds.stop();
      leases.stop();
      bundles.stop();
      link.close();
      framedDoor.close();
      await log.close();
    },
  };
}
