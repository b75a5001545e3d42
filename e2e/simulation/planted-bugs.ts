/** Ten bugs, each planted in one source text by tools/mutate. The simulation has to find every one of them. */
export interface PlantedBug {
  readonly id: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The invariant that notices it. */
  readonly invariant: string;
}

const CORE = 'packages/gateway/src/core';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    id: 'lost-sync',
    file: 'packages/evidence/src/log/journal.ts',
    find: 'await this.#file.sync();',
    replace: 'void this.#file.sync().catch(() => undefined);',
    invariant: 'I1',
  },
  {
    id: 'stale-lease',
    file: `${CORE}/status-gate.ts`,
    find: 'return refuse(ticket.status, ticket.toleranceMs);',
    replace: 'return ticket === undefined ? refuse(0, 0) : undefined;',
    invariant: 'I3',
  },
  {
    id: 'reused-id',
    file: `${CORE}/admission.ts`,
    find: 'const before = lasting.get(key);\n    if (before !== undefined) {\n      if',
    replace: 'const before = lasting.get(`none ${key}`);\n    if (before !== undefined) {\n      if',
    invariant: 'I2',
  },
  {
    id: 'wrong-peer',
    file: 'packages/exchange/src/check/check-request.ts',
    find: '  checkSender,\n  checkLine,',
    replace: '  checkLine,',
    invariant: 'I7',
  },
  {
    id: 'unfiltered-field',
    file: `${CORE}/receive.ts`,
    find: 'body: filtered.value.body,',
    replace: 'body: answer.value.body,',
    invariant: 'I4',
  },
  {
    id: 'forked-head',
    file: `${CORE}/heads.ts`,
    find: 'if (log.pending.size >= MAXIMUM_PENDING) return;',
    replace: 'return accept(log, head);',
    invariant: 'I6',
  },
  {
    id: 'uncounted-use',
    file: `${CORE}/admission.ts`,
    find: 'used === undefined ? quota : [...quota, count(used)]',
    replace: 'used === undefined ? quota : quota',
    invariant: 'I2',
  },
  {
    id: 'clock-jump-accepted',
    file: 'packages/exchange/src/check/check-request.ts',
    find: '  checkFreshness,\n  checkExpiry,',
    replace: '  checkExpiry,',
    invariant: 'I7',
  },
  {
    id: 'orphan-dropped',
    file: `${CORE}/open-core.ts`,
    find: "const turn = log.state.name === 'writable' ? round() : Promise.resolve();",
    replace: "const turn = log.state.name === 'asking' ? round() : Promise.resolve();",
    invariant: 'I5',
  },
  {
    id: 'double-forward',
    file: `${CORE}/admission.ts`,
    find: 'const mayRepeat = isSafeMethod(details.method);',
    replace: 'const mayRepeat = details.method !== "";',
    invariant: 'I2',
  },
];
