/**
 * Waits for the order to end: SIGTERM, SIGINT, or, under a supervisor, the closing of standard input, which happens
 * however the supervisor died. So a killed supervisor leaves no process behind.
 */
export function untilStopped(): Promise<'SIGTERM' | 'SIGINT' | 'orphaned'> {
  return new Promise((resolve) => {
    // A supervisor that died reads no more of what is said here; that must not cut the orderly end short.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
    const settle = (reason: 'SIGTERM' | 'SIGINT' | 'orphaned') => {
      // Let go of standard input, else it would keep the process alive after its work is done.
      process.stdin.pause();
      process.stdin.destroy();
      resolve(reason);
    };
    process.once('SIGTERM', () => settle('SIGTERM'));
    process.once('SIGINT', () => settle('SIGINT'));
    if (process.env.MINBEN_SUPERVISED !== '1') return;
    process.stdin.once('end', () => settle('orphaned'));
    process.stdin.once('close', () => settle('orphaned'));
    process.stdin.resume();
  });
}
