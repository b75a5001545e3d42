/**
 * What the registry remembers beside its log's entries, in the same batches and the same sync (a private note
 * is durable exactly when its entry is). State is these notes applied in order; a snapshot is a shorter list
 * of notes with the same effect.
 */
import { canonicalize } from '@minben/kernel';
import Type, { type Static } from 'typebox';
import Compile from 'typebox/compile';

const closed = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

export const RegistryNote = Type.Union([
  /** A grant was minted: its position in the status list and the gateways that may honour it. `exp` in seconds. */
  Type.Object(
    {
      t: Type.Literal('grant-minted'),
      jti: Type.String(),
      index: Count,
      gateways: Type.Array(Type.String()),
      exp: Count,
    },
    closed,
  ),
  /** A grant was withdrawn as this version of the status list. Details and salt open the log's entry. */
  Type.Object(
    {
      t: Type.Literal('grant-withdrawn'),
      jti: Type.String(),
      version: Count,
      details: Type.String(),
      salt: Type.String(),
    },
    closed,
  ),
  /** Only in snapshots: where the log holds the entry of a withdrawal. Elsewhere the log says it. */
  Type.Object({ t: Type.Literal('withdrawal-placed'), jti: Type.String(), entry: Count }, closed),
  /** Every answer of the gateway that passed a check below this version has left or been withheld. */
  Type.Object({ t: Type.Literal('version-acknowledged'), gateway: Type.String(), version: Count }, closed),
  /** No lease that the gateway was given below this version still runs. */
  Type.Object({ t: Type.Literal('leases-lapsed'), gateway: Type.String(), version: Count }, closed),
  /** The longest lease given from here on. */
  Type.Object({ t: Type.Literal('lease-length-set'), milliseconds: Count }, closed),
  /** Only in snapshots: where counting goes on once old grants were forgotten. */
  Type.Object({ t: Type.Literal('counters-carried'), nextIndex: Count, version: Count }, closed),
  /** A bundle was signed and logged; it may not have reached its file yet. */
  Type.Object(
    {
      t: Type.Literal('bundle-sealed'),
      version: Count,
      details: Type.String(),
      signature: Type.String(),
      salt: Type.String(),
      /** Only in snapshots: the position of its entry. Elsewhere the log says it. */
      entry: Type.Optional(Count),
    },
    closed,
  ),
  /** The bundle's file is on the disk. */
  Type.Object({ t: Type.Literal('bundle-stored'), version: Count }, closed),
]);
export type RegistryNote = Static<typeof RegistryNote>;

const noteCheck = Compile(RegistryNote);

export function encodeNote(note: RegistryNote): Buffer {
  return Buffer.from(canonicalize(note));
}

/** Throws on bytes that the registry never wrote: its journal is then not its own, and going on would forget withdrawals. */
export function decodeNote(bytes: Uint8Array): RegistryNote {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString());
  if (!noteCheck.Check(value)) throw new Error('the log holds a note that this registry cannot read');
  return value;
}
