/**
 * Waits for the order to end: SIGTERM, SIGINT, or, under a supervisor, the closing of standard input, which happens
 * however the supervisor died. So a killed supervisor leaves no process behind.
 */
export function untilStopped(): Promise<'SIGTERM' | 'SIGINT' | 'orphaned'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
    if (process.env.MINBEN_SUPERVISED !== '1') return;
    process.stdin.once('end', () => resolve('orphaned'));
    process.stdin.once('close', () => resolve('orphaned'));
    process.stdin.resume();
  });
}
