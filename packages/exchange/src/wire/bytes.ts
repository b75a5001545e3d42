/** Writing and reading of the binary fields that frames and journal notes are made of. All integers are big-endian. */

/** A growing buffer. One writer is reused for many frames: `take` copies out what was written and starts anew. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacity = 4096) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16BE(value, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    return this;
  }

  /** An unsigned integer up to 2^53 - 1 in eight bytes. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x1_0000_0000)).u32(value >>> 0);
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Length in four bytes, then the bytes. */
  block(value: Uint8Array): this {
    return this.u32(value.length).bytes(value);
  }

  /** Length in two bytes, then UTF-8. */
  text(value: string): this {
    const length = Buffer.byteLength(value);
    if (length > 0xffff) throw new RangeError('text longer than 65,535 bytes');
    this.u16(length).#reserve(length);
    this.#buffer.write(value, this.#length, 'utf8');
    this.#length += length;
    return this;
  }

  /** Length in four bytes, then one byte per character (HTTP header values are Latin-1). */
  latin(value: string): this {
    this.u32(value.length).#reserve(value.length);
    this.#buffer.write(value, this.#length, 'latin1');
    this.#length += value.length;
    return this;
  }

  /** Count in one byte, then 32 bytes each. */
  hashes(values: readonly Uint8Array[]): this {
    this.u8(values.length);
    for (const value of values) this.bytes(value);
    return this;
  }

  /** Forgets what was written: a writer that is reused must not carry over what an error left behind. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  take(): Buffer {
    const out = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return out;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** What a reader throws when the bytes end early or break a limit; callers turn it into the refusal `malformed-message`. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
}

/** Reads what ByteWriter wrote. Views share the memory of the source. */
export class ByteReader {
  readonly #source: Buffer;
  #offset = 0;

  constructor(source: Uint8Array) {
    this.#source = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }

  u8(): number {
    return this.#source[this.#advance(1)] as number;
  }

  u16(): number {
    return this.#source.readUInt16BE(this.#advance(2));
  }

  u32(): number {
    return this.#source.readUInt32BE(this.#advance(4));
  }

  u64(): number {
    const high = this.u32();
    if (high > 0x1f_ffff) throw new MalformedBytes('integer beyond 2^53');
    return high * 0x1_0000_0000 + this.u32();
  }

  bytes(length: number): Buffer {
    const start = this.#advance(length);
    return this.#source.subarray(start, start + length);
  }

  block(): Buffer {
    return this.bytes(this.u32());
  }

  text(): string {
    const length = this.u16();
    const start = this.#advance(length);
    return this.#source.toString('utf8', start, start + length);
  }

  latin(): string {
    const length = this.u32();
    const start = this.#advance(length);
    return this.#source.toString('latin1', start, start + length);
  }

  hashes(): Buffer[] {
    const count = this.u8();
    const out: Buffer[] = [];
    for (let i = 0; i < count; i++) out.push(this.bytes(32));
    return out;
  }

  /** Refuses bytes behind the last field. */
  end(): void {
    if (this.#offset !== this.#source.length) throw new MalformedBytes('bytes behind the last field');
  }

  #advance(count: number): number {
    const start = this.#offset;
    if (start + count > this.#source.length) throw new MalformedBytes('bytes end early');
    this.#offset = start + count;
    return start;
  }
}
