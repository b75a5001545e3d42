/**
 * What stands between one gateway and the hub's public port. It passes everything on, holds calls until the hub is
 * there, and can show this gateway another bundle than the hub's.
 */
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubRelay {
  readonly url: string;
  /** The hub listens here from now on. */
  pointTo(port: number): void;
  /** Answers one question for a bundle, the one that waits or the next, with this text. */
  showBundle(text: string): void;
  close(): Promise<void>;
}

export async function startHubRelay(): Promise<HubRelay> {
  let target: number | undefined;
  let shown: string | undefined;
  const waiting: (() => void)[] = [];
  const asking = new Set<ServerResponse>();

  const pass = (message: IncomingMessage, response: ServerResponse): void => {
    const { url: path, method, headers } = message;
    const upstream = ask({ host: '127.0.0.1', port: target, path, method, headers, agent: false }, (answer) => {
      if (response.headersSent) return void answer.destroy();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    message.pipe(upstream);
  };
  const show = (response: ServerResponse): void => {
    const text = shown;
    shown = undefined;
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };
  const take = (message: IncomingMessage, response: ServerResponse): void => {
    const isForBundle = message.url?.startsWith('/bundle?') === true;
    if (isForBundle && shown !== undefined) return show(response);
    if (isForBundle) {
      asking.add(response);
      response.on('close', () => asking.delete(response));
    }
    if (target === undefined) waiting.push(() => pass(message, response));
    else pass(message, response);
  };

  const server = createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointTo(port) {
      target = port;
      for (const go of waiting.splice(0)) go();
    },
    showBundle(text) {
      shown = text;
      const response = [...asking].find(({ headersSent }) => !headersSent);
      if (response !== undefined) show(response);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
