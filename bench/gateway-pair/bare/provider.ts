/**
 * Provider's half of the bare pair: the ports and frames of a real gateway, without log, checks or evidence. It
 * exists only to show what those cost, and serves only a loopback backend.
 */

import { encodeFrame, FRAMED_PROTOCOL, FrameReader, type RequestFrame } from '@minben/exchange';
import { createRealNetwork, type Stream } from '@minben/ports';
import { announceReady, readSettings } from '../../harness/run-process.ts';
import { NO_EVIDENCE } from './no-evidence.ts';
import type { BareProviderSettings } from './settings.ts';

const settings = readSettings<BareProviderSettings>();
const network = createRealNetwork();

async function answer(stream: Stream, frame: RequestFrame): Promise<void> {
  // In t-road/1 method and path travel in the details.
  const { method, path } = JSON.parse(frame.evidence.details.toString()) as { method: string; path: string };
  const response = await network.request({
    method,
    url: settings.backend + path,
    headers: frame.headers,
    timeoutMs: 30_000,
  });
  const headers = response.headers.filter(([name]) => name === 'content-type');
  stream.write(
    encodeFrame({ type: 'response', exchange: frame.exchange, evidence: NO_EVIDENCE, headers, body: response.body }),
  );
}

const listener = await network.serveMutual(
  { host: '127.0.0.1', port: 0, tls: settings.tls, streamProtocol: FRAMED_PROTOCOL },
  (stream) => {
    const reader = new FrameReader();
    stream.onData((bytes) =>
      reader.push(bytes, (frame) => {
        if (frame.type === 'request') void answer(stream, frame);
      }),
    );
  },
  async () => ({ status: 404, headers: [], body: Buffer.alloc(0) }),
);
process.once('SIGTERM', () => process.exit(0));
announceReady({ port: listener.port });
