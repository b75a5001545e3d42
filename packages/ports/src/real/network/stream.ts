/**
 * A byte stream over TLS. All writes of one turn of the event loop leave in one TLS write: framing many
 * small messages costs one system call and one record instead of one each.
 */
import type { TLSSocket } from 'node:tls';
import type { Stream } from '../../network.ts';
import { atEndOfTurn } from '../end-of-turn.ts';
import { peerFingerprintOf } from './fingerprint.ts';

const FULL_BYTES = 1024 * 1024;
const PROBE_AFTER_MS = 30_000;

export function streamOver(socket: TLSSocket): Stream {
  let corked = false;
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  socket.setNoDelay(true);
  socket.setKeepAlive(true, PROBE_AFTER_MS);
  // Every failure is followed by 'close', which is all that the protocol above acts on.
  socket.on('error', () => undefined);
  return {
    peerFingerprint: peerFingerprintOf(socket) ?? '',
    write(bytes) {
      if (!socket.writable) return false;
      if (!corked) {
        corked = true;
        socket.cork();
        atEndOfTurn(uncork);
      }
      socket.write(bytes);
      return socket.writableLength < FULL_BYTES;
    },
    onData: (listener) => void socket.on('data', listener),
    onDrain: (listener) => void socket.on('drain', listener),
    onClose(listener) {
      if (socket.closed) queueMicrotask(listener);
      else socket.once('close', () => listener());
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}
