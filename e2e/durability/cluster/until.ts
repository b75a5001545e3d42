/** Waiting on conditions, never on durations: generous ends, and the reason in the error. */

const LONGEST_MS = 60_000;
const STEP_MS = 25;

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Resolves once `holds` says so; what it rejects with counts as not yet. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  longest = LONGEST_MS,
): Promise<void> {
  const end = performance.now() + longest;
  let last: unknown;
  while (performance.now() < end) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await pause(STEP_MS);
  }
  throw new Error(`waited in vain until ${what}`, { cause: last });
}
