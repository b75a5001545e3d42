/** Runs the checks in their order; the first that refuses ends it. */
import { memberChecks, strangerChecks } from './check-request.ts';
import { responseChecks } from './check-response.ts';
import type { Check, CheckRefusal, RequestInspection, ResponseInspection } from './inspection.ts';

/** A refused request, and whether the refusal is logged (the peer is a member) or only counted. */
export type RequestVerdict = undefined | { readonly refusal: CheckRefusal; readonly fromMember: boolean };

/** Undefined when every rule of PROTOCOL 11 holds; the inspection then carries peer, details, entry, service, agreement and grant. */
export function inspectRequest(inspection: RequestInspection): RequestVerdict {
  const asStranger = firstRefusal(strangerChecks, inspection);
  if (asStranger !== undefined) return { refusal: asStranger, fromMember: false };
  const asMember = firstRefusal(memberChecks, inspection);
  return asMember === undefined ? undefined : { refusal: asMember, fromMember: true };
}

/** Undefined when the answer is bound, proven and no wider than agreed. */
export function inspectResponse(inspection: ResponseInspection): CheckRefusal | undefined {
  return firstRefusal(responseChecks, inspection);
}

function firstRefusal<T>(checks: readonly Check<T>[], inspection: T): CheckRefusal | undefined {
  for (const check of checks) {
    const refusal = check(inspection);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
