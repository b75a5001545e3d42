/**
 * The agency's own system behind the provider's gateway, outside the killed processes: it answers each request after a
 * moment, and remembers every effect under the message id that the gateway gave it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Agency {
  readonly port: number;
  /** How often a request that changes something reached the register, by message id. */
  readonly effects: ReadonlyMap<string, number>;
  readonly reads: number;
  close(): Promise<void>;
}

/** `delay`: milliseconds until the next answer. */
export async function startAgency(delay: () => number): Promise<Agency> {
  const effects = new Map<string, number>();
  let reads = 0;
  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    for await (const chunk of message) void chunk;
    const id = String(message.headers['t-road-message-id']);
    // The effect is there before the answer is on its way, as in a register that has just committed.
    if (message.method === 'GET') reads += 1;
    else effects.set(id, (effects.get(id) ?? 0) + 1);
    await new Promise<void>((resolve) => setTimeout(resolve, delay()));
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id, name: '王小明', secret: 'not agreed' }));
  };
  const server = createServer((message, response) => {
    take(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    effects,
    get reads() {
      return reads;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
