/** The claims that the entries of one message make together: who asked, who answered, and that the answer is to the question. */
import { toHex } from './bytes.ts';
import { isObject, type Json, type JsonObject } from './canonical.ts';
import type { ClaimName } from './model.ts';
import type { VerifiedEntry } from './verify-entry.ts';

/** Answers to a request: each names the request's entry. */
const ANSWER_KINDS = ['response', 'refusal', 'withheld'];

export function verifyTogether(message: string, entries: readonly VerifiedEntry[]): Map<ClaimName, boolean> {
  const requests = entries.filter(({ kind }) => kind === 'request');
  const answers = entries.filter(({ kind }) => ANSWER_KINDS.includes(kind));
  const holds = new Map<ClaimName, boolean>();
  const allOfMessage = entries.every(({ details }) => details?.id === message);
  holds.set('same-message', requests.length + answers.length === entries.length && allOfMessage);
  if (answers.length === 0 || requests.length === 0) return holds;
  const pairs = answers.map((answer) => ({ answer, request: requests.find((request) => answersTo(answer, request)) }));
  holds.set(
    'request-linked',
    pairs.every(({ request }) => request !== undefined),
  );
  holds.set(
    'roles-match',
    pairs.every(({ answer, request }) => request !== undefined && mirrored(request.details, answer.details)),
  );
  return holds;
}

function answersTo(answer: VerifiedEntry, request: VerifiedEntry): boolean {
  return request.entry !== undefined && answer.details?.request === toHex(request.entry);
}

function mirrored(request: JsonObject | undefined, answer: JsonObject | undefined): boolean {
  return sameSide(request?.from, answer?.to) && sameSide(request?.to, answer?.from);
}

function sameSide(left: Json | undefined, right: Json | undefined): boolean {
  if (!isObject(left) || !isObject(right) || typeof left.gateway !== 'string' || typeof left.member !== 'string')
    return false;
  return left.gateway === right.gateway && left.member === right.member;
}
