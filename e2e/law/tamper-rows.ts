/**
 * Rows of tampering, generated from the message itself: every member of its details, every forwarded header, every byte
 * of what proves it. Whatever the schema gains, the rows gain.
 */
import type { HeaderList } from '@minben/ports';
import type { Wire } from '../support/wire.ts';

export interface TamperRow {
  readonly what: string;
  readonly alter: (wire: Wire) => Wire;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function changeScalar(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 'x';
  if (value === '') return 'x';
  return `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
}

/** Every way to change one thing in a JSON document, each with its name. */
export function changesOf(value: Json, at = ''): { readonly what: string; readonly changed: Json }[] {
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([name, member]) => {
      const { [name]: _gone, ...rest } = value;
      const inner = changesOf(member, `${at}.${name}`).map(({ what, changed }) => ({
        what,
        changed: { ...value, [name]: changed },
      }));
      return [...inner, { what: `${at}.${name} removed`, changed: rest }];
    });
    return [...members, { what: `${at}.zzz added`, changed: { ...value, zzz: 1 } }];
  }
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const inner = list.flatMap((element, index) => [
      ...changesOf(element, `${at}[${index}]`).map(({ what, changed }) => ({
        what,
        changed: list.with(index, changed),
      })),
      { what: `${at}[${index}] removed`, changed: list.toSpliced(index, 1) },
    ]);
    return [...inner, { what: `${at}[] added`, changed: [...list, 'more'] }];
  }
  return [{ what: `${at} changed`, changed: changeScalar(value) }];
}

/** RFC 8785 for what details are made of: members sorted, no spaces. */
export function writeSorted(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(writeSorted).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${writeSorted(value[name] as Json)}`).join(',')}}`;
}

export function detailRows(wire: Wire): TamperRow[] {
  const details = JSON.parse(Buffer.from(wire.details).toString()) as Json;
  return changesOf(details).map(({ what, changed }) => ({
    what: `details${what}`,
    alter: (given) => ({ ...given, details: Buffer.from(writeSorted(changed)) }),
  }));
}

export function headerRows(wire: Wire): TamperRow[] {
  const { headers } = wire;
  const row = (what: string, changed: HeaderList): TamperRow => ({
    what: `headers: ${what}`,
    alter: (given) => ({ ...given, headers: changed }),
  });
  return [
    ...headers.flatMap(([name, value], at) => [
      row(`value of ${name} changed`, headers.with(at, [name, `${value}x`])),
      row(`${name} renamed`, headers.with(at, [`${name}x`, value])),
      row(`${name} removed`, headers.toSpliced(at, 1)),
      row(`${name} doubled`, headers.toSpliced(at, 0, [name, value])),
    ]),
    ...headers
      .slice(1)
      .map(([name], at) =>
        row(`${name} moved`, headers.toSpliced(at + 1, 1).toSpliced(at, 0, headers[at + 1] ?? ['', ''])),
      ),
    row('one added', [...headers, ['x-added', '1']]),
  ];
}

const flip = (bytes: Uint8Array, at: number, bit = 1): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ bit;
  return copy;
};
const range = (length: number): number[] => Array.from({ length }, (_, at) => at);

/** The message refers to the tree that its altered head speaks of. */
function withCheckpoint(wire: Wire, checkpoint: string): Wire {
  const size = Number(checkpoint.split('\n')[1]);
  return { ...wire, checkpoint, size: Number.isSafeInteger(size) && size > 0 ? size : wire.size };
}

/** Every byte of salt, body, path and checkpoint; every number of the proof; every letter of the kind. */
export function byteRows(wire: Wire): TamperRow[] {
  const { salt, body, path, checkpoint, kind, index } = wire;
  const letters = Buffer.from(checkpoint);
  return [
    ...range(salt.length).map((at) => ({
      what: `salt byte ${at}`,
      alter: (given: Wire) => ({ ...given, salt: flip(salt, at) }),
    })),
    ...range(body.length).map((at) => ({
      what: `body byte ${at}`,
      alter: (given: Wire) => ({ ...given, body: flip(body, at) }),
    })),
    { what: 'body longer', alter: (given) => ({ ...given, body: Buffer.concat([body, Buffer.of(0x20)]) }) },
    ...path.flatMap((hash, at) =>
      range(hash.length).map((byte) => ({
        what: `path hash ${at} byte ${byte}`,
        alter: (given: Wire) => ({ ...given, path: path.with(at, flip(hash, byte)) }),
      })),
    ),
    ...path.map((_hash, at) => ({
      what: `path hash ${at} removed`,
      alter: (given: Wire) => ({ ...given, path: path.toSpliced(at, 1) }),
    })),
    { what: 'path longer', alter: (given) => ({ ...given, path: [...path, Buffer.alloc(32)] }) },
    { what: 'path reversed', alter: (given) => ({ ...given, path: path.length > 1 ? path.toReversed() : [] }) },
    ...[index - 1, index + 1, 0]
      .filter((other) => other !== index && other >= 0)
      .map((other) => ({ what: `index ${other - index}`, alter: (given: Wire) => ({ ...given, index: other }) })),
    ...range(letters.length).flatMap((at) =>
      [1, 0x20].map((bit) => ({
        what: `checkpoint byte ${at} bit ${bit}`,
        alter: (given: Wire) => withCheckpoint(given, flip(letters, at, bit).toString('utf8')),
      })),
    ),
    {
      what: 'checkpoint with another line',
      alter: (given) => ({ ...given, checkpoint: `${checkpoint}— other AAAAAAAA\n` }),
    },
    ...range(kind.length).map((at) => ({
      what: `kind letter ${at}`,
      alter: (given: Wire) => ({ ...given, kind: flip(Buffer.from(kind), at).toString() }),
    })),
  ];
}

/** One row in so many, and always the first. */
export function sample<T>(rows: readonly T[], every: number): T[] {
  return rows.filter((_row, at) => at % every === 0);
}
