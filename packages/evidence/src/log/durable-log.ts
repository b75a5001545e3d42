/** The evidence log over a journal and its public tiles: states, the restored-backup rule, publication on a cadence. */
import { atEndOfTurn } from '@minben/ports';
import type { Appended, Hash, LogState, PublicLog, SignedHead, WitnessedHead } from '../contract.ts';
import {
  HASH_BYTES,
  sameHash,
  TILE_WIDTH,
  type Tile,
  type TileTree,
  widthInTree,
  writeEntryHash,
} from '../merkle/index.ts';
import { type VerifierKey, verifyCheckpoint } from '../note/index.ts';
import { judgeAnswers } from './ask.ts';
import { GroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';
import type { OpenLogOptions } from './open-log.ts';
import { formatBundle, Publisher, readBundle } from './publish.ts';
import type { Recovered } from './recover.ts';
import { LogRefusal, type LogRefusalReason } from './refusal.ts';

const PUBLISH_EVERY_MS = 1_000;
const LAZY_NOTE_MS = 50;
const ASK_AGAIN_MS = [250, 500, 1_000, 2_000, 5_000] as const;

export class DurableLog implements PublicLog {
  readonly origin: string;
  readonly #options: OpenLogOptions;
  readonly #key: VerifierKey;
  readonly #tree: TileTree;
  readonly #journal: Journal;
  readonly #commit: GroupCommit;
  readonly #publisher: Publisher;
  readonly #publishedListeners = new Set<(head: SignedHead) => void>();
  readonly #deciders: ((state: LogState) => void)[] = [];
  #state: LogState = { name: 'asking', reason: 'nobody has answered yet' };
  #published: SignedHead | undefined;
  /** Leaves whose tiles are served. */
  #publishedFrom: number;
  /** Leaves whose tiles this process has written: what another one wrote without a sync may be lost. */
  #writtenFrom: number;
  #publishing: Promise<SignedHead> | undefined;
  #publicTurn: Promise<unknown> = Promise.resolve();
  #witnessed: WitnessedHead | undefined;
  #closed = false;
  #cancelPublishing: () => void = () => {};
  #cancelAsking: () => void = () => {};
  #cancelLazy: (() => void) | undefined;

  constructor(options: OpenLogOptions, key: VerifierKey, recovered: Recovered, journal: Journal) {
    this.origin = options.origin;
    this.#options = options;
    this.#key = key;
    this.#tree = recovered.tree;
    this.#journal = journal;
    this.#publisher = new Publisher(options.disk, `${options.directory}/public`, recovered.tree);
    this.#publishedFrom = recovered.published?.size ?? recovered.oldest;
    this.#published = recovered.published;
    this.#writtenFrom = recovered.oldest;
    this.#commit = new GroupCommit({
      tree: recovered.tree,
      journal,
      signer: options.signer,
      key,
      head: recovered.head,
      signature: recovered.signature,
      snapshot: options.snapshot,
      gather: options.gather ?? atEndOfTurn,
      onFailed: (refusal) => this.#stop(refusal),
    });
  }

  /** Reads the newest witnessed checkpoint, makes sure there is a public side, and begins to ask. */
  async start(): Promise<void> {
    await this.#restoreWitnessed();
    void this.#ask(0);
    this.#publishLater();
  }

  get state(): LogState {
    return this.#state;
  }

  get head(): SignedHead {
    return this.#commit.head;
  }

  get publishedHead(): SignedHead | undefined {
    return this.#published;
  }

  get witnessed(): WitnessedHead | undefined {
    return this.#witnessed;
  }

  append(entry: Hash, note?: Uint8Array): Promise<Appended> {
    if (entry.length !== HASH_BYTES) return Promise.reject(new TypeError('an entry is 32 bytes'));
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.#commit.append(entry, note);
  }

  note(note: Uint8Array): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.#commit.note(note);
  }

  noteLazily(note: Uint8Array): void {
    if (this.#refusal() !== undefined) return;
    this.#commit.noteLazily(note);
    this.#cancelLazy ??= this.#options.clock.after(LAZY_NOTE_MS, () => {
      this.#cancelLazy = undefined;
      this.#commit.flushSoon();
    });
  }

  async inclusionPath(index: number, size: number): Promise<Hash[]> {
    this.#assertDurable(size);
    return await this.#tree.inclusionPath(index, size);
  }

  async consistencyPath(from: number, to: number): Promise<Hash[]> {
    this.#assertDurable(to);
    return await this.#tree.consistencyPath(from, to);
  }

  async rootAt(size: number): Promise<Hash> {
    this.#assertDurable(size);
    return await this.#tree.rootAt(size);
  }

  async decided(): Promise<LogState> {
    if (this.#state.name !== 'asking') return this.#state;
    return await new Promise((resolve) => this.#deciders.push(resolve));
  }

  refuse(reason: 'larger-head-elsewhere' | 'other-head-elsewhere'): void {
    if (this.#state.name !== 'refusing') this.#stop(new LogRefusal(reason));
  }

  onPublished(listener: (head: SignedHead) => void): () => void {
    this.#publishedListeners.add(listener);
    return () => this.#publishedListeners.delete(listener);
  }

  async publish(): Promise<SignedHead> {
    if (this.#state.name === 'refusing') throw new LogRefusal(this.#state.reason);
    return await this.#publishNow();
  }

  async #publishNow(): Promise<SignedHead> {
    this.#publishing ??= this.#inTurn(() => this.#publishOnce()).finally(() => {
      this.#publishing = undefined;
    });
    return await this.#publishing;
  }

  async #publishOnce(): Promise<SignedHead> {
    // After a restart the same head may be published again, with the cosignatures that it has.
    const head = this.#published?.size === this.head.size ? this.#published : this.head;
    await this.#publisher.publish(this.#writtenFrom, head);
    this.#tree.release(this.#writtenFrom, head.size);
    this.#writtenFrom = head.size;
    this.#publishedFrom = head.size;
    this.#published = head;
    const removed = await this.#removeSegments(head.size);
    if (removed > 0) this.#options.logger('info', 'journal-segments-removed', { removed, size: head.size });
    this.#tellPublished(head);
    return head;
  }

  /** What the journal forgets must stand in synced tiles. */
  async #removeSegments(size: number): Promise<number> {
    if (!this.#journal.mayRemoveBefore(size)) return 0;
    await this.#publisher.sync();
    return await this.#journal.removeBefore(size);
  }

  #publishLater(): void {
    this.#cancelPublishing = this.#options.clock.after(this.#options.publishEveryMs ?? PUBLISH_EVERY_MS, () => {
      void this.#publishIfNew().finally(() => {
        if (this.#state.name !== 'refusing') this.#publishLater();
      });
    });
  }

  /** While it is not clear that this disk was never set back, nothing new is shown. */
  async #publishIfNew(): Promise<void> {
    if (this.#state.name !== 'writable') return;
    const published = this.#published;
    if (published?.size !== this.head.size || this.#writtenFrom !== this.head.size) {
      await this.#publishNow().catch((error: unknown) => this.#sayNotPublished(error));
    } else if (published.size !== this.#witnessed?.size) this.#tellPublished(published);
  }

  #sayNotPublished(error: unknown): void {
    this.#options.logger('error', 'publication-failed', { size: this.head.size, reason: errorName(error) });
  }

  #tellPublished(head: SignedHead): void {
    for (const listener of this.#publishedListeners) listener(head);
  }

  async adoptWitnessed(checkpoint: string): Promise<void> {
    const verified = verifyCheckpoint(checkpoint, this.#key);
    if (!verified.ok) throw new TypeError(`not a checkpoint of this log: ${verified.error}`);
    const { size, root } = verified.value;
    this.#assertDurable(size);
    if (!sameHash(root, await this.#tree.rootAt(size))) throw new TypeError('a checkpoint of another tree');
    await this.#inTurn(async () => {
      if (size < (this.#witnessed?.size ?? 0)) return;
      await this.#options.disk.writeAtomically(`${this.#options.directory}/witnessed`, Buffer.from(checkpoint));
      if (size === this.#published?.size) {
        await this.#publisher.writeCheckpoint(checkpoint);
        this.#published = { ...this.#published, checkpoint };
      }
      this.#witnessed = { size, root, checkpoint };
    });
  }

  /** One change of the public side after another: an older checkpoint never overwrites a newer one. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#publicTurn.then(work);
    this.#publicTurn = turn.catch(() => {});
    return await turn;
  }

  async #restoreWitnessed(): Promise<void> {
    const { disk, directory, logger } = this.#options;
    const bytes = await disk.read(`${directory}/witnessed`);
    if (bytes === undefined) return;
    const verified = verifyCheckpoint(bytes.toString(), this.#key);
    if (!verified.ok) return logger('error', 'witnessed-checkpoint-damaged', { reason: verified.error });
    const { size, root } = verified.value;
    if (size > this.head.size) throw new LogRefusal('corrupt', 'the journal ends before the witnessed head');
    if (!sameHash(root, await this.#tree.rootAt(size)))
      throw new LogRefusal('corrupt', 'the witnessed head is of another tree');
    const checkpoint = bytes.toString();
    this.#witnessed = { size, root, checkpoint };
    if (size === this.#published?.size) this.#published = { ...this.#published, checkpoint };
  }

  async readTile(level: number | 'entries', number: number, width: number): Promise<Uint8Array | undefined> {
    const tileLevel = level === 'entries' ? 0 : level;
    if (widthInTree(this.#publishedFrom, tileLevel, number) < width) return undefined;
    const known = this.#tree.tile(tileLevel, number);
    const tile = known !== undefined && known.width >= width ? known : await this.#tree.fullTile(tileLevel, number);
    if (level !== 'entries') return Buffer.from(tile.nodes.subarray(0, width * HASH_BYTES));
    const entries = tile.entries ?? (await this.#readEntries(tile));
    return entries === undefined ? undefined : formatBundle(entries, width);
  }

  async #readEntries(tile: Tile): Promise<Buffer | undefined> {
    const hash = Buffer.alloc(HASH_BYTES);
    const entries = await readBundle(this.#options.disk, `${this.#options.directory}/public`, tile, (entry) => {
      writeEntryHash(hash, 0, entry);
      return hash;
    });
    if (entries === undefined)
      this.#options.logger('error', 'entry-bundle-damaged', { number: tile.number, width: TILE_WIDTH });
    return entries;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const wasWritable = this.#state.name === 'writable';
    if (this.#state.name !== 'refusing') this.#stop(new LogRefusal('closed'));
    await this.#commit.drained();
    if (wasWritable) await this.#publishNow().catch((error: unknown) => this.#sayNotPublished(error));
    await this.#publicTurn;
    await this.#journal.close();
  }

  async #ask(attempt: number): Promise<void> {
    try {
      const answers = await this.#options.askOthers();
      if (answers.length === 0) this.#options.logger('error', 'nobody-to-ask', { origin: this.origin });
      const verdict = await judgeAnswers(answers, this.head, this.#key, (size) => this.#tree.rootAt(size));
      if (this.#state.name !== 'asking') return;
      if (verdict.name === 'writable') return this.#decide({ name: 'writable' });
      if (verdict.name !== 'nobody-answered')
        return this.#stop(new LogRefusal(verdict.name, `${verdict.from} holds size ${verdict.size}`));
    } catch (error) {
      this.#options.logger('error', 'asking-failed', { reason: errorName(error) });
    }
    if (this.#state.name !== 'asking') return;
    this.#state = { name: 'asking', reason: `nobody answered in ${attempt + 1} attempts` };
    const wait = ASK_AGAIN_MS[Math.min(attempt, ASK_AGAIN_MS.length - 1)] as number;
    this.#cancelAsking = this.#options.clock.after(wait, () => void this.#ask(attempt + 1));
  }

  #refusal(): LogRefusal | undefined {
    if (this.#state.name === 'writable') return undefined;
    return new LogRefusal(this.#state.name === 'asking' ? 'asking' : this.#state.reason);
  }

  #stop(refusal: LogRefusal): void {
    const reason = refusal.reason as Exclude<LogRefusalReason, 'asking'>;
    this.#options.logger(reason === 'closed' ? 'info' : 'error', 'log-stopped', {
      reason,
      detail: refusal.detail,
      size: this.head.size,
    });
    this.#cancelAsking();
    this.#cancelPublishing();
    this.#cancelLazy?.();
    this.#decide({ name: 'refusing', reason });
  }

  #decide(state: LogState): void {
    this.#state = state;
    for (const resolve of this.#deciders.splice(0)) resolve(state);
  }

  #assertDurable(size: number): void {
    if (size > this.head.size) throw new RangeError(`no durable head of ${size} leaves`);
  }
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'error';
}
