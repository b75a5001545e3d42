import { fail, type Result, succeed } from '@minben/kernel';
import type { ProcessSpec } from './model.ts';

export type TableFault = 'name-used-twice' | 'unknown-predecessor' | 'circular-order' | 'address-used-twice';

/** The processes in an order in which they can start; or what is wrong with the table. */
export function orderProcesses(specs: readonly ProcessSpec[]): Result<readonly ProcessSpec[], TableFault> {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  if (byName.size < specs.length) return fail('name-used-twice');
  if (new Set(specs.map((spec) => spec.readyUrl)).size < specs.length) return fail('address-used-twice');
  if (specs.some((spec) => spec.after.some((name) => !byName.has(name)))) return fail('unknown-predecessor');
  const ordered: ProcessSpec[] = [];
  const placed = new Set<string>();
  while (ordered.length < specs.length) {
    const next = specs.find((spec) => !placed.has(spec.name) && spec.after.every((name) => placed.has(name)));
    if (next === undefined) return fail('circular-order');
    ordered.push(next);
    placed.add(next.name);
  }
  return succeed(ordered);
}
