// Runs named steps one after another, all of them even when one fails, and says at the end which failed.
import { environment, root, run } from './prepare.mjs';

/** Each step: { title, program, args, env? }. Resolves with 0 when all succeeded, else with 1. */
export async function runSteps(node, steps) {
  const failed = [];
  for (const { title, program, args, env } of steps) {
    const begun = Date.now();
    console.log(`\n── ${title}: ${program} ${args.join(' ')}`);
    const status = await run(program, args, { cwd: root, env: environment(node, env) });
    console.log(
      `── ${title}: ${status === 0 ? 'ok' : `failed (exit ${status})`}, ${((Date.now() - begun) / 1000).toFixed(1)} s`,
    );
    if (status !== 0) failed.push(title);
    // 130 and 143: somebody interrupted; the rest is not wanted either.
    if (status === 130 || status === 143) break;
  }
  console.log(failed.length === 0 ? '\n全部通過。All steps passed.' : `\n未通過 Failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}
