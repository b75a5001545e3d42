import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { HttpHandler, Listener, ServeOptions } from '../../network.ts';
import { closeListener, trackConnections } from './close.ts';
import { createDoor, listen, SERVER_OPTIONS } from './door.ts';
import { mutualTls } from './tls-options.ts';

/** HTTP, or HTTPS with a required client certificate when `tls` is given. */
export async function serveHttp(
  options: ServeOptions,
  handler: HttpHandler,
  onFailure: (error: unknown) => void,
): Promise<Listener> {
  const door = createDoor(handler, options.maximumBytes, onFailure);
  const server =
    options.tls === undefined
      ? createHttp(SERVER_OPTIONS, door.listener)
      : createHttps({ ...SERVER_OPTIONS, ...mutualTls(options.tls, ['http/1.1']) }, door.listener);
  trackConnections(server);
  const port = await listen(server, options.host, options.port);
  return { port, close: (graceMs) => closeListener(server, door, new Set(), graceMs) };
}
