/**
 * Group commit (PROTOCOL 8): flushes at once when idle, gathers while a flush is under way and while each turn of
 * the event loop brings more, so that one signature, one write and one sync carry many entries. What fails to
 * become durable is never acknowledged, and nothing after it is written.
 */
import type { Signer } from '@minben/ports';
import type { Appended, Hash, SignedHead } from '../contract.ts';
import type { Edge, TileTree } from '../merkle/index.ts';
import { formatCheckpointText, formatSignatureLine, type VerifierKey } from '../note/index.ts';
import { DurableEntry } from './appended.ts';
import type { Journal } from './journal.ts';
import { RecordBuilder } from './record.ts';
import { LogRefusal } from './refusal.ts';

interface Waiter {
  readonly resolve: (head: SignedHead, edge: Edge) => void;
  readonly reject: (refusal: LogRefusal) => void;
}

/** Turns of the event loop that a batch may go on gathering while each of them brings something. */
const MAXIMUM_TURNS = 8;

export interface GroupCommitOptions {
  readonly tree: TileTree;
  readonly journal: Journal;
  readonly signer: Signer;
  readonly key: VerifierKey;
  readonly head: SignedHead;
  readonly signature: Uint8Array;
  readonly snapshot: () => readonly Uint8Array[];
  /** Runs `flush` when what the same turn of the event loop brings has arrived. */
  readonly gather: (flush: () => void) => void;
  readonly onFailed: (refusal: LogRefusal) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #building = new RecordBuilder();
  #spare = new RecordBuilder();
  #waiting: Waiter[] = [];
  #head: SignedHead;
  #edge: Edge;
  #signature: Uint8Array;
  #busy = false;
  #scheduled = false;
  #failure: LogRefusal | undefined;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#head = options.head;
    this.#signature = options.signature;
    this.#edge = options.tree.edge();
  }

  get head(): SignedHead {
    return this.#head;
  }

  append(entry: Hash, note?: Uint8Array): Promise<Appended> {
    const { tree } = this.#options;
    const spine = tree.spine;
    const index = tree.append(entry);
    this.#building.addEntry(entry, note);
    return new Promise((resolve, reject) => {
      this.#wait({ resolve: (head, edge) => resolve(new DurableEntry(index, head, edge, spine)), reject });
    });
  }

  note(note: Uint8Array): Promise<void> {
    this.#building.addNote(note);
    return new Promise((resolve, reject) => this.#wait({ resolve: () => resolve(), reject }));
  }

  /** Takes the note along with the next flush, whenever that is. */
  noteLazily(note: Uint8Array): void {
    this.#building.addNote(note);
  }

  #wait(waiter: Waiter): void {
    this.#waiting.push(waiter);
    this.flushSoon();
  }

  /** Flushes what is gathered: in this turn when nothing else arrives in it, else soon, or after the flush under way. */
  flushSoon(): void {
    if (this.#busy || this.#scheduled || this.#failure !== undefined) return;
    this.#scheduled = true;
    this.#gather(this.#building.length, MAXIMUM_TURNS);
  }

  /** Waits while every turn brings more: one signature, one sync and one verification at each peer then serve more. */
  #gather(length: number, turns: number): void {
    this.#options.gather(() => {
      if (this.#building.length > length && turns > 1) return this.#gather(this.#building.length, turns - 1);
      this.#scheduled = false;
      void this.#flush();
    });
  }

  /** Resolves when nothing is gathered and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#failure !== undefined || (!this.#busy && !this.#scheduled && this.#building.isEmpty)) return;
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
    this.flushSoon();
    await idle;
  }

  async #flush(): Promise<void> {
    if (this.#busy) return;
    // A late call may find that another flush took everything along: whoever waits for quiet has it.
    if (this.#building.isEmpty || this.#failure !== undefined) return this.#tellIdle();
    this.#busy = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    const record = this.#building;
    this.#building = this.#spare;
    try {
      await this.#commit(record, waiting);
    } catch (error) {
      this.#fail(error, waiting);
    }
    record.clear();
    this.#spare = record;
    this.#busy = false;
    if (this.#building.isEmpty || this.#failure !== undefined) this.#tellIdle();
    else this.flushSoon();
  }

  #tellIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #commit(record: RecordBuilder, waiting: readonly Waiter[]): Promise<void> {
    const { tree, journal, key } = this.#options;
    const before = this.#head.size;
    // Nothing may slip in between the edge and the record: what is appended from here on belongs to the next batch.
    const edge = tree.size === before ? this.#edge : tree.edge();
    if (journal.isFull) {
      const start = { origin: key.name, edge: tree.edgeAt(before), root: this.#head.root, signature: this.#signature };
      // The state may have forgotten what a note of this very batch ended; the batch may still be lost.
      await journal.rotate(start, [...this.#options.snapshot(), ...record.notes()]);
    }
    let head = this.#head;
    let signature = this.#signature;
    if (edge !== this.#edge) {
      const text = formatCheckpointText(key.name, edge.size, edge.root);
      signature = await this.#sign(text);
      record.addHead(edge.size, edge.root, signature);
      const checkpoint = `${text}\n${formatSignatureLine({ name: key.name, keyId: key.keyId, bytes: signature })}`;
      head = { origin: key.name, size: edge.size, root: edge.root, checkpoint };
    }
    await journal.write(record);
    this.#head = head;
    this.#edge = edge;
    this.#signature = signature;
    for (const { resolve } of waiting) resolve(head, edge);
  }

  async #sign(text: string): Promise<Uint8Array> {
    try {
      const signature = this.#options.signer.sign(Buffer.from(text));
      return signature instanceof Uint8Array ? signature : await signature;
    } catch (error) {
      throw new LogRefusal('signer-failed', '', { cause: error });
    }
  }

  #fail(error: unknown, waiting: readonly Waiter[]): void {
    const refusal =
      error instanceof LogRefusal ? error : new LogRefusal('sync-failed', errorCode(error), { cause: error });
    this.#failure = refusal;
    this.#options.onFailed(refusal);
    for (const { reject } of [...waiting, ...this.#waiting.splice(0)]) reject(refusal);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'error';
}
