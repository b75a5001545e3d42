/** One request made with care before any load: status, body and length of the whole answer on the wire. */
import { connect } from 'node:net';
import { formatRequest, type LoadSpec } from './load.ts';
import { createAnswerReader } from './read-answer.ts';

/** Resolves with the bytes of one whole answer (head and body) and its body; rejects when it is not a 200 of the expected length. */
export function probe(spec: LoadSpec): Promise<{ wireBytes: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: spec.host, port: spec.port, noDelay: true });
    const received: Buffer[] = [];
    const refuse = (reason: string) => {
      socket.destroy();
      const text = Buffer.concat(received).toString().slice(0, 2000);
      reject(new Error(`the probe of ${spec.host}:${spec.port}${spec.path} failed: ${reason}\n${text}`));
    };
    const read = createAnswerReader((status, bodyBytes, headBytes) => {
      if (status !== 200) return refuse(`status ${status}`);
      if (bodyBytes !== spec.expectedBodyBytes)
        return refuse(`${bodyBytes} bytes of body, not ${spec.expectedBodyBytes}`);
      socket.destroy();
      resolve({ wireBytes: headBytes + bodyBytes, body: Buffer.concat(received).subarray(headBytes) });
    }, refuse);
    socket.setTimeout(10_000, () => refuse('no answer within ten seconds'));
    socket.on('data', (bytes: Buffer) => {
      received.push(bytes);
      read(bytes);
    });
    socket.on('error', (error) => refuse(error.message));
    socket.on('close', () => refuse('connection closed'));
    socket.write(formatRequest(spec));
  });
}
