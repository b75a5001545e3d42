/** A message as a hostile peer puts it on the wire: everything can be altered after it was made rightly. */
import type { SignedHead } from '@minben/evidence';
import type { Frame, RequestDetails, ResponseDetails } from '@minben/exchange';
import type { HeaderList } from '@minben/ports';

export type Binding = 't-road/1' | 'http/1.1';
export const BINDINGS: readonly Binding[] = ['t-road/1', 'http/1.1'];

/** Evidence, proof and content of one message, before a binding carries them. */
export interface Wire {
  kind: string;
  salt: Uint8Array;
  details: Uint8Array;
  index: number;
  size: number;
  path: readonly Uint8Array[];
  checkpoint: string;
  /** Consistency path that goes with the head in `t-road/1`. */
  carried: { readonly from: number; readonly path: readonly Uint8Array[] };
  headers: HeaderList;
  body: Uint8Array;
  /** Method and path of the HTTP/1.1 binding. */
  method: string;
  line: string;
  /** Whether the head is announced before the message (`t-road/1`). */
  announce: boolean;
}

/** What came back, whichever binding brought it. */
export interface Reply {
  /** `closed`: the connection ended without an answer. */
  readonly kind: 'response' | 'refusal' | 'withheld' | 'bare' | 'closed';
  readonly rule?: string;
  /** Of the problem document of a refusal. */
  readonly problem?: Readonly<Record<string, unknown>>;
  readonly details?: ResponseDetails;
  /** Salt and details as they came. */
  readonly evidence?: { readonly salt: Uint8Array; readonly details: Uint8Array; readonly kind: string };
  /** Where the answer's entry stands, and in which head. */
  readonly place?: { readonly index: number; readonly path: readonly Uint8Array[] };
  readonly checkpoint?: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly status?: number;
  readonly logId?: string;
}

/** A message made rightly: its entry stands in the peer's log. */
export interface Made {
  readonly id: string;
  readonly details: RequestDetails;
  readonly entry: Buffer;
  readonly head: SignedHead;
  readonly wire: Wire;
}

export function problemOf(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;
