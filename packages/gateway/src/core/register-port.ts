/** The door to the agency's own system, as the core sees it (PROTOCOL 23). `register-door.ts` is the one implementation that reaches a system. */
import type { FieldList, RuleName } from '@minben/exchange';
import type { Result } from '@minben/kernel';
import type { HeaderList, HttpResponse } from '@minben/ports';

/** A call that passed every check. The door writes `T-Road-*` headers itself. */
export interface RegisterCall {
  readonly service: string;
  readonly method: string;
  /** Raw path and query behind the service, already found normal. */
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** Sector pseudonym of the person the call is about. */
  readonly subject: string | undefined;
  readonly purpose: string;
  readonly fields: FieldList;
  readonly messageId: string;
  readonly client: string;
}

export interface RegisterDoor {
  forward(call: RegisterCall): Promise<Result<HttpResponse, RuleName>>;
}
