/** Consumer's half of the bare pair: HTTP in, frames out over mutual TLS, with the ports and frames of a real gateway. */

import { encodeFrame, FRAMED_PROTOCOL, FrameReader } from '@minben/exchange';
import { createRealNetwork, type HttpResponse } from '@minben/ports';
import { announceReady, readSettings } from '../../harness/run-process.ts';
import { NO_EVIDENCE } from './no-evidence.ts';
import type { BareConsumerSettings } from './settings.ts';

const settings = readSettings<BareConsumerSettings>();
const network = createRealNetwork();
const stream = await network.connect({
  host: '127.0.0.1',
  port: settings.providerPort,
  tls: settings.tls,
  expectedFingerprints: [settings.providerFingerprint],
  protocol: FRAMED_PROTOCOL,
  timeoutMs: 5_000,
});

const waiting = new Map<number, (response: HttpResponse) => void>();
const reader = new FrameReader();
stream.onData((bytes) =>
  reader.push(bytes, (frame) => {
    if (frame.type !== 'response') return;
    waiting.get(frame.exchange)?.({ status: 200, headers: frame.headers, body: frame.body });
    waiting.delete(frame.exchange);
  }),
);
stream.onClose(() => process.exit(1));

let exchanges = 0;
const listener = await network.serve({ host: '127.0.0.1', port: 0 }, ({ method, path, headers }) => {
  exchanges += 1;
  const exchange = exchanges;
  const details = Buffer.from(JSON.stringify({ method, path }));
  const forwarded = headers.filter(([name]) => name !== 'connection' && name !== 'host');
  return new Promise((resolve) => {
    waiting.set(exchange, resolve);
    stream.write(
      encodeFrame({
        type: 'request',
        exchange,
        evidence: { ...NO_EVIDENCE, kind: 'request', details },
        headers: forwarded,
        body: Buffer.alloc(0),
      }),
    );
  });
});
process.once('SIGTERM', () => process.exit(0));
announceReady({ port: listener.port });
