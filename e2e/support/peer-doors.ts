/** The ports of a peer that the test plays: open from the start, so that the bundle can name them, and idle until it speaks. */
import { FRAMED_PROTOCOL } from '@minben/exchange';
import type { HttpHandler, Listener, Network, Stream, TlsIdentity } from '@minben/ports';

export interface PeerDoors {
  readonly address: string;
  readonly publicUrl: string;
  /** Set by whoever plays the peer. */
  onStream: (stream: Stream) => void;
  onHttp: HttpHandler;
  onPublic: HttpHandler;
  close(): Promise<void>;
}

const ANYWHERE = { host: '127.0.0.1', port: 0 };
const silence: HttpHandler = () => Promise.resolve({ status: 503, headers: [], body: new Uint8Array() });

export async function openPeerDoors(network: Network, identity: TlsIdentity): Promise<PeerDoors> {
  const handlers: Pick<PeerDoors, 'onStream' | 'onHttp' | 'onPublic'> = {
    onStream: (stream) => stream.destroy(),
    onHttp: silence,
    onPublic: silence,
  };
  const listeners: Listener[] = [
    await network.serveMutual(
      { ...ANYWHERE, tls: identity, streamProtocol: FRAMED_PROTOCOL },
      (stream) => handlers.onStream(stream),
      (request) => handlers.onHttp(request),
    ),
    await network.serve(ANYWHERE, (request) => handlers.onPublic(request)),
  ];
  return Object.assign(handlers, {
    address: `127.0.0.1:${listeners[0]?.port}`,
    publicUrl: `http://127.0.0.1:${listeners[1]?.port}`,
    async close() {
      await Promise.all(listeners.map((listener) => listener.close(0)));
    },
  });
}
