/**
 * Which gateway a message id belongs to (PROTOCOL 10): a call that must not be repeated never goes to another gateway
 * once a byte of it may have left, neither in this attempt nor in a retry of the application, nor after a restart.
 */
import type { BoundNote, EndedNote, SentNote } from './notes.ts';

export interface Bindings {
  /** The gateway that may have carried the call out; undefined while none can have. */
  peerOf(id: string): string | undefined;
  /** A request under this id is about to be sent. */
  bind(request: Pick<SentNote, 'id' | 'peer' | 'entry'>, since: number): void;
  /** How that request ended: it frees the id only when it cannot have had an effect. */
  ended(entry: Buffer, outcome: EndedNote['outcome'], isProven: boolean): void;
  restore(note: BoundNote): void;
  /** For a snapshot: what open requests do not tell by themselves. */
  notes(): readonly BoundNote[];
  forget(olderThan: number): void;
}

interface Binding {
  readonly peer: string;
  readonly since: number;
  /** Requests that have not ended yet. */
  readonly open: Set<string>;
  /** One of them ended with an effect, or perhaps with one. */
  isKept: boolean;
}

export function createBindings(): Bindings {
  const bindings = new Map<string, Binding>();
  const idOf = new Map<string, string>();

  return {
    peerOf: (id) => bindings.get(id)?.peer,
    bind({ id, peer, entry }, since) {
      const binding = bindings.get(id) ?? { peer, since, open: new Set(), isKept: false };
      bindings.set(id, binding);
      binding.open.add(entry.toString('latin1'));
      idOf.set(entry.toString('latin1'), id);
    },
    ended(entry, outcome, isProven) {
      const key = entry.toString('latin1');
      const id = idOf.get(key) ?? '';
      const binding = bindings.get(id);
      idOf.delete(key);
      if (binding?.open.delete(key) !== true) return;
      // A refusal without an entry comes before anything was taken on.
      binding.isKept ||= !(outcome === 'not-sent' || (outcome === 'refused' && !isProven));
      if (binding.open.size === 0 && !binding.isKept) bindings.delete(id);
    },
    restore({ id, peer, since }) {
      bindings.set(id, { peer, since, open: bindings.get(id)?.open ?? new Set(), isKept: true });
    },
    notes: () =>
      [...bindings]
        .filter(([, { isKept }]) => isKept)
        .map(([id, { peer, since }]) => ({ type: 'bound', id, peer, since })),
    forget(olderThan) {
      for (const [id, { since, open }] of bindings) if (since < olderThan && open.size === 0) bindings.delete(id);
    },
  };
}
