/** How an entry file talks with the test that started it: one order to begin, one report, then orders as they come. */

/** Resolves with the order to begin. The process ends when the test that started it is gone. */
export function awaitOrder<T>(): Promise<T> {
  process.on('disconnect', () => process.exit(0));
  return new Promise((resolve) => process.once('message', (message) => resolve(message as T)));
}

/** Tells the test where the ports are, or an answer to an order. */
export function report(message: object): void {
  process.send?.(message);
}

/** Answers numbered orders; an order that fails is answered with its error's name. */
export function serveOrders(handle: (order: { readonly type: string }) => Promise<object>): void {
  process.on('message', (message: { readonly number: number; readonly type: string }) => {
    handle(message).then(
      (answer) => report({ number: message.number, ...answer }),
      (error: unknown) => report({ number: message.number, failed: error instanceof Error ? error.message : 'error' }),
    );
  });
}

/** The real network's listeners and timers keep the process alive; this ends it in order. */
export function stopOnSignal(stop: () => Promise<void>): void {
  process.once('SIGTERM', () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
