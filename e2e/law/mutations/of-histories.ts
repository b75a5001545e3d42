/** Heads, uniqueness, uses, quotas, durability. */
import { type CheckMutation, CITY, CORE, mutate } from './model.ts';

export const ofHistories: readonly CheckMutation[] = [
  mutate(
    `${CORE}/heads.ts`,
    'if (!isSame(known, head.root)) freeze(log.pending.get(head.size)?.head ?? log.newest, head);',
    '',
    ['fork-of-equal-size'],
  ),
  mutate(`${CORE}/heads.ts`, 'else freeze(head, published);', 'else accept(log, head);', ['older-fork']),
  mutate(
    `${CORE}/heads.ts`,
    'if (found !== undefined && !isSame(found, root)) return freeze(log.newest, published);',
    'void [found, root];',
    ['newer-fork'],
  ),
  mutate(
    `${CORE}/heads.ts`,
    'return verifyConsistency({ size: carried.from, root }, head, carried.path);',
    'return verifyConsistency({ size: carried.from, root }, head, carried.path) || true;',
    ['carried-path-false'],
  ),
  mutate(`${CORE}/heads.ts`, "if (now > deadline) return 'unproven';", 'void [now, deadline];', ['head-unproven']),
  mutate(`${CORE}/state.ts`, 'heads.restoreConflict(note);', '', ['frozen-after-restart']),
  mutate(
    `${CORE}/receive.ts`,
    'if (service.policy.headBeforeRelease && !(await isHeadProven(arrived)))',
    'if (service.policy.headBeforeRelease && !(await isHeadProven(arrived)) && details.v !== 1)',
    ['head-before-release'],
  ),
  mutate(
    'packages/gateway/src/doors/watch-peers.ts',
    'if (held !== undefined) core.heads.observe(held);',
    'void held;',
    ['split-view'],
  ),
  mutate(
    'packages/evidence/src/log/ask.ts',
    "if (size > own.size) return { name: 'larger-head-elsewhere', from: answer.from, size };",
    'if (size > own.size) continue;',
    ['restored-backup'],
  ),
  mutate(`${CORE}/admission.ts`, "if (before.entries.has(entry)) return { kind: 'refused', rule: 'replayed' };", '', [
    'replay-unsafe',
  ]),
  mutate(
    `${CORE}/admission.ts`,
    "if (before.fingerprint !== fingerprintOf(details)) return { kind: 'refused', rule: 'retry-changed' };",
    '',
    ['retry-changed'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    "if (first !== undefined && first !== fingerprint) return { kind: 'refused', rule: 'retry-changed' };",
    '',
    ['retry-changed'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    ": { kind: 'recorded', firstEntry: before.firstEntry };",
    ": { kind: 'admitted', isLasting: true, counts: [] };",
    ['retry-unsafe', 'retry-together'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'if (used !== undefined && (counts.get(used) ?? 0) >= (grant?.claims.uses ?? 0))',
    'if (used === "")',
    ['uses-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'return (counts.get(subject) ?? 0) >= quotaPerDay ? undefined : [count(subject)];',
    'return [count(subject)];',
    ['quota-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'const counted = first === undefined ? countQuota(request) : [];',
    'const counted = countQuota(request);',
    ['quota-counted'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    "if (!id.ok) return { kind: 'refused', rule: 'malformed-message' };",
    'if (!id.ok) return admitSafe(request, details.id);',
    ['message-id-form'],
  ),
  mutate(
    `${CORE}/admission.ts`,
    'if (isLasting && timestampOf(id.value) / 1000 < now - retrySeconds)',
    'if (timestampOf(id.value) + now + retrySeconds < 0)',
    ['message-too-old'],
  ),
  mutate(`${CORE}/state.ts`, 'book.restoreCount(note);', '', ['uses-counted']),
  mutate(`${CORE}/tell.ts`, ' || details.value.to.gateway !== peer.id', '', ['outcome-told']),
  mutate(
    `${CORE}/receive.ts`,
    '(stored ? release(accepted) : undefined)',
    '(stored || !stored ? release(accepted) : undefined)',
    ['not-forwarded-before-durable'],
  ),
  mutate(
    'packages/evidence/src/log/journal.ts',
    '    await this.#file.sync();\n  }\n\n  async rotate',
    '  }\n\n  async rotate',
    ['not-before-durable'],
  ),
  mutate(
    'packages/evidence/src/log/journal.ts',
    'await this.#file.sync();\n  }\n\n  async rotate',
    '  }\n\n  async rotate',
    ['not-sent-before-durable'],
    CITY,
  ),
  mutate(`${CORE}/admission.ts`, 'if ([request.entry, barring].some(', 'if ([barring].some(', ['replay-safe']),
  mutate(
    'packages/gateway/src/links/framed-door.ts',
    'const refusal = answer.release();',
    'const refusal = answer.release() && undefined;',
    ['withdrawn-between-check-and-sync'],
  ),
  {
    ...mutate(
      'packages/gateway/src/links/http-door.ts',
      'const refusal = answer.release();',
      'const refusal = answer.release() && undefined;',
      ['withdrawn-between-check-and-sync'],
    ),
    binding: 'http/1.1',
  },
];
