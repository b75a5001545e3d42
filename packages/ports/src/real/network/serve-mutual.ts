/**
 * One TLS port for both bindings. The server is Node's HTTPS server, so that its time-outs and idle tracking
 * hold for HTTP; a connection that negotiated the stream protocol by ALPN never reaches its HTTP parser.
 */
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { HttpHandler, Listener, ServeOptions, Stream, TlsIdentity } from '../../network.ts';
import { closeListener, trackConnections } from './close.ts';
import { createDoor, listen, SERVER_OPTIONS } from './door.ts';
import { streamOver } from './stream.ts';
import { mutualTls } from './tls-options.ts';

export async function serveMutualTls(
  options: ServeOptions & { tls: TlsIdentity; streamProtocol: string },
  onStream: (stream: Stream) => void,
  handler: HttpHandler,
  onFailure: (error: unknown) => void,
): Promise<Listener> {
  const door = createDoor(handler, options.maximumBytes, onFailure);
  const streams = new Set<TLSSocket>();
  const server = createServer(
    { ...SERVER_OPTIONS, ...mutualTls(options.tls, [options.streamProtocol, 'http/1.1']) },
    door.listener,
  );
  const [speakHttp] = server.listeners('secureConnection');
  if (speakHttp === undefined) throw new Error('the HTTPS server listens to no connection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== options.streamProtocol) {
      speakHttp.call(server, socket);
      return;
    }
    streams.add(socket);
    socket.once('close', () => streams.delete(socket));
    onStream(streamOver(socket));
  });
  trackConnections(server);
  const port = await listen(server, options.host, options.port);
  return { port, close: (graceMs) => closeListener(server, door, streams, graceMs) };
}
