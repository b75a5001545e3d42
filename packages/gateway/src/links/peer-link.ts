/** The way to one peer gateway, whichever binding carries it. */
import type { Appended } from '@minben/evidence';
import type { ArrivedMessage, GatewayEntry, ToldState } from '@minben/exchange';
import type { HeaderList } from '@minben/ports';

/** A request whose entry is durable in this gateway's log. */
export interface OutgoingRequest {
  readonly salt: Uint8Array;
  /** The exact bytes of the details. */
  readonly details: Uint8Array;
  readonly method: string;
  readonly path: string;
  readonly appended: Appended;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}

export type LinkAnswer =
  /** What arrived; nothing of it is checked yet. */
  | { readonly kind: 'arrived'; readonly arrived: ArrivedMessage }
  /** A refusal without an entry, over the peer's authenticated connection. */
  | { readonly kind: 'bare'; readonly rule: string; readonly logId: string }
  /** No answer. `sent`: a byte of the request may have reached the peer. */
  | { readonly kind: 'failed'; readonly sent: boolean };

/** What the peer says became of a request. */
export type ToldAnswer =
  | { readonly state: Exclude<ToldState, 'answered'> }
  | { readonly state: 'answered'; readonly arrived: ArrivedMessage }
  | { readonly state: 'unreachable' };

export interface PeerLink {
  send(peer: GatewayEntry, request: OutgoingRequest): Promise<LinkAnswer>;
  ask(peer: GatewayEntry, entry: Uint8Array, timeoutMs: number): Promise<ToldAnswer>;
  close(): void;
}
