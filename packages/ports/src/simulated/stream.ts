/**
 * Both ends of a stream. Bytes arrive in order or not at all; where one write ends and the next begins is
 * lost on the way, as on a real socket: bursts of one instant are joined, and some are split anywhere.
 */
import type { Stream } from '../network.ts';
import { loseMachine } from './call.ts';
import type { Order, Wire } from './links.ts';
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';
import { describeBytes } from './trace.ts';

const FULL_BYTES = 1024 * 1024;

export interface StreamSettings {
  readonly schedule: Schedule;
  readonly prng: Prng;
  readonly wire: Wire;
  readonly note: (machine: string, what: string) => void;
}

export interface StreamEnd {
  readonly life: Life;
  /** What the other side's certificate says. */
  readonly peerFingerprint: string;
  readonly name: string;
}

export function createStreamPair(settings: StreamSettings, client: StreamEnd, server: StreamEnd): [End, End] {
  const near = new End(settings, client);
  const far = new End(settings, server);
  near.join(far);
  far.join(near);
  const both = { cut: () => near.cut() };
  settings.wire.streams.add(both);
  near.whenGone(() => settings.wire.streams.delete(both));
  return [near, far];
}

export class End implements Stream {
  readonly peerFingerprint: string;
  readonly #settings: StreamSettings;
  readonly #end: StreamEnd;
  readonly #order: Order = { lastArrival: 0 };
  readonly #dataListeners: ((bytes: Buffer) => void)[] = [];
  readonly #drainListeners: (() => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  readonly #gone: (() => void)[] = [];
  readonly #onDeath = (): void => this.#die();
  #peer: End | undefined;
  #burst: Buffer[] = [];
  #unread: Buffer[] = [];
  #inTransit = 0;
  #catchingUp = false;
  #wasFull = false;
  #ending = false;
  #broken = false;
  #closed = false;

  constructor(settings: StreamSettings, end: StreamEnd) {
    this.#settings = settings;
    this.#end = end;
    this.peerFingerprint = end.peerFingerprint;
    end.life.onDeath.add(this.#onDeath);
  }

  /** For the world's own books: closed, or its machine crashed. */
  whenGone(forget: () => void): void {
    this.#gone.push(forget);
  }

  join(peer: End): void {
    this.#peer = peer;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#closed || this.#ending || !this.#end.life.alive) return false;
    if (this.#burst.length === 0) this.#settings.schedule.after(0, this.#end.life, () => this.#flush());
    this.#burst.push(Buffer.from(bytes));
    this.#inTransit += bytes.byteLength;
    this.#wasFull ||= this.#inTransit >= FULL_BYTES;
    return this.#inTransit < FULL_BYTES;
  }

  onData(listener: (bytes: Buffer) => void): void {
    this.#dataListeners.push(listener);
    if (this.#unread.length === 0 || this.#catchingUp) return;
    // Events of one instant run in any order: what waits comes as one, and what arrives meanwhile waits behind it.
    this.#catchingUp = true;
    this.#settings.schedule.after(0, this.#end.life, () => {
      this.#catchingUp = false;
      const waiting = Buffer.concat(this.#unread);
      this.#unread = [];
      this.#receive(waiting);
    });
  }

  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  onClose(listener: () => void): void {
    if (this.#closed) this.#settings.schedule.after(0, this.#end.life, listener);
    else this.#closeListeners.push(listener);
  }

  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.#flush();
    this.#tellPeer();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#burst = [];
    this.#close('destroyed');
    this.#tellPeer();
  }

  /** The wire breaks: both sides learn of it, each in its own time. */
  cut(): void {
    // What is written from now on would arrive behind a gap.
    this.#broken = true;
    if (this.#peer !== undefined) this.#peer.#broken = true;
    this.#settings.wire.carry(this.#end.life, () => this.#close('cut'));
    const peer = this.#peer;
    if (peer !== undefined) this.#settings.wire.carry(peer.#end.life, () => peer.#close('cut'));
  }

  #flush(): void {
    if (this.#burst.length === 0 || this.#closed || this.#broken) return;
    const { wire, prng } = this.#settings;
    const bytes = Buffer.concat(this.#burst);
    this.#burst = [];
    this.#settings.note(this.#end.life.machine, `stream ${this.#end.name} sends ${describeBytes(bytes)}`);
    if (wire.drawStreamCut()) {
      this.#send(bytes.subarray(0, prng.below(bytes.length)));
      this.cut();
      return;
    }
    const at = prng.chance(0.25) ? prng.below(bytes.length) : 0;
    if (at > 0) this.#send(bytes.subarray(0, at));
    this.#send(bytes.subarray(at));
  }

  #send(bytes: Buffer): void {
    const peer = this.#peer;
    if (peer === undefined || bytes.length === 0) return;
    this.#settings.wire.carry(
      peer.#end.life,
      () => {
        this.#inTransit -= bytes.length;
        if (this.#wasFull && this.#inTransit === 0) this.#drained();
        peer.#receive(bytes);
      },
      this.#order,
    );
  }

  #drained(): void {
    this.#wasFull = false;
    this.#settings.wire.carry(this.#end.life, () => {
      if (!this.#closed) for (const listener of this.#drainListeners) listener();
    });
  }

  #receive(bytes: Buffer): void {
    if (this.#closed) return;
    if (this.#dataListeners.length === 0 || this.#catchingUp) {
      this.#unread.push(bytes);
      return;
    }
    this.#settings.note(this.#end.life.machine, `stream ${this.#end.name} receives ${describeBytes(bytes)}`);
    for (const listener of this.#dataListeners) listener(bytes);
  }

  /** Tells the other side, behind all that is on its way, that nothing more will come; it closes and says so back. */
  #tellPeer(): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#settings.wire.carry(
      peer.#end.life,
      () => {
        peer.#flush();
        peer.#close('ended by the peer');
        this.#settings.wire.carry(this.#end.life, () => this.#close('ended'), peer.#order);
      },
      this.#order,
    );
  }

  #close(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end.life.onDeath.delete(this.#onDeath);
    for (const forget of this.#gone) forget();
    this.#settings.note(this.#end.life.machine, `stream ${this.#end.name} closed: ${why}`);
    for (const listener of this.#closeListeners) listener();
  }

  /** The process is gone: its own listeners hear nothing any more, the other side notices some time. */
  #die(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const forget of this.#gone) forget();
    const peer = this.#peer;
    if (peer === undefined) return;
    loseMachine(this.#settings, this.#settings.wire, () => {
      if (peer.#end.life.alive) peer.#close('the peer is gone');
    });
  }
}
