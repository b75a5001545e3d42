import type { Clock, Network } from '@minben/ports';

/** Asks until the address answers 200; tells `onWaiting` now and then what it answers instead. Gives up when `isOver`. */
export async function awaitReady(
  url: string,
  pollMs: number,
  ports: { readonly clock: Clock; readonly network: Network },
  isOver: () => boolean,
  onWaiting: (reason: string) => void,
): Promise<boolean> {
  const began = ports.clock.monotonic();
  let toldAt = began;
  while (!isOver()) {
    const reason = await ask(url, ports.network);
    if (reason === undefined) return true;
    if (ports.clock.monotonic() - toldAt > 10_000) {
      toldAt = ports.clock.monotonic();
      onWaiting(reason);
    }
    await new Promise<void>((resolve) => ports.clock.after(pollMs, resolve));
  }
  return false;
}

/** Undefined when ready; else why not, in one line. */
async function ask(url: string, network: Network): Promise<string | undefined> {
  try {
    const answer = await network.request({ method: 'GET', url, timeoutMs: 5000 });
    if (answer.status === 200) return undefined;
    const text = Buffer.from(answer.body).toString('utf8').replace(/\s+/g, ' ');
    return `${answer.status} ${text.slice(0, 200)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
