/** What the checks of a received message look at, and how a check says no. */
import type { SignedHead } from '@minben/evidence';
import type { Result } from '@minben/kernel';
import type { HeaderList } from '@minben/ports';
import type { AllowedUse } from '../grant/check-grant-use.ts';
import type { GrantError, VerifiedGrant } from '../grant/verify-grant.ts';
import type { RequestDetails, ResponseDetails } from '../message/details.ts';
import type { RuleName } from '../refusal/table.ts';
import type { Agreement, GatewayEntry, Service } from '../trust/bundle-model.ts';
import type { BundleIndex } from '../trust/index-bundle.ts';
import type { WireEvidence } from '../wire/frame.ts';

/** A refusal by a check. `about` names the detail concerned, never its value. */
export interface CheckRefusal {
  readonly rule: RuleName;
  readonly about?: string;
}

/**
 * How a peer's head stands with the receiver (PROTOCOL 13): proven consistent with all heads seen before;
 * `pending` while the proof may still arrive; `unproven` when it did not in time; `conflict` when the peer showed two trees.
 */
export type HeadStanding = 'consistent' | 'pending' | 'unproven' | 'conflict';

/** A head as the receiver heard it. The signature is checked once per checkpoint, the standing is asked for each message. */
export interface HeardHead {
  readonly head: SignedHead;
  readonly signed: boolean;
  standing(): HeadStanding;
  /** Seconds since the peer's newest witnessed head was cosigned; undefined when none is known. */
  provisionalSeconds(): number | undefined;
}

/** The part of a message that both directions and both bindings share. */
export interface ArrivedMessage {
  /** SHA-256 of the peer's certificate (DER), hex. */
  readonly peerFingerprint: string;
  readonly evidence: WireEvidence;
  /** The head of size `evidence.size` that the peer announced or carried; undefined when there was none. */
  readonly head: HeardHead | undefined;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

export interface ArrivedRequest extends ArrivedMessage {
  /** Method and raw path of the HTTP/1.1 binding; `t-road/1` carries them in the details only. */
  readonly line?: { readonly method: string; readonly path: string };
}

/** What the receiver knows while it checks. */
export interface Here {
  readonly self: GatewayEntry;
  readonly bundle: BundleIndex;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Peers frozen after a conflict, by log origin. */
  isFrozen(origin: string): boolean;
  /** Whether method and raw path are granted by the agreement (compiled once per bundle). */
  mayCall(agreement: Agreement, method: string, path: string): boolean;
  /** Verified once per token, then remembered. */
  openGrant(token: string): Result<VerifiedGrant, GrantError>;
}

/** Filled in by the checks as they go; a later check may rely on what an earlier one established. */
export interface RequestInspection {
  readonly arrived: ArrivedRequest;
  readonly here: Here;
  peer?: GatewayEntry;
  details?: RequestDetails;
  /** The evidence entry, recomputed from what arrived. */
  entry?: Buffer;
  service?: Service;
  agreement?: Agreement;
  grant?: VerifiedGrant;
  /** What the grant allows of this very call. */
  allowed?: AllowedUse;
}

/** What the consumer's gateway knows of the request it sent. */
export interface AwaitedAnswer {
  readonly id: string;
  readonly entry: Buffer;
  readonly peer: GatewayEntry;
  readonly agreement: Agreement;
}

export interface ResponseInspection {
  readonly arrived: ArrivedMessage;
  readonly here: Here;
  readonly awaited: AwaitedAnswer;
  details?: ResponseDetails;
  entry?: Buffer;
}

export type Check<Inspection> = (inspection: Inspection) => CheckRefusal | undefined;
