/**
 * As little of HTTP/1.1 as a load generator needs: status and length of answers that carry Content-Length, one at a
 * time per connection (no pipelining). Anything else is reported as broken, never guessed.
 */
const HEAD_END = Buffer.from('\r\n\r\n');

/** Takes bytes as they arrive; says when one answer is complete, or that it cannot be read. */
export type AnswerReader = (bytes: Buffer) => void;

/** A reader for one connection. `headBytes` of `onAnswer` counts status line and headers with their empty line. */
export function createAnswerReader(
  onAnswer: (status: number, bodyBytes: number, headBytes: number) => void,
  onBroken: (reason: string) => void,
): AnswerReader {
  let pending: Buffer | undefined;
  let status = 0;
  let headBytes = 0;
  let bodyBytes = -1;
  let bodyRead = 0;
  return (bytes) => {
    let rest = pending === undefined ? bytes : Buffer.concat([pending, bytes]);
    pending = undefined;
    if (bodyBytes < 0) {
      const end = rest.indexOf(HEAD_END);
      if (end < 0) {
        if (rest.length > 16_384) onBroken('headers longer than 16 KiB');
        pending = rest;
        return;
      }
      const head = rest.toString('latin1', 0, end);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      status = Number(head.slice(9, 12));
      if (!head.startsWith('HTTP/1.1 ') || length === undefined) {
        onBroken('an answer without HTTP/1.1 status or Content-Length');
        return;
      }
      headBytes = end + HEAD_END.length;
      bodyBytes = Number(length);
      bodyRead = 0;
      rest = rest.subarray(headBytes);
    }
    bodyRead += rest.length;
    if (bodyRead < bodyBytes) return;
    const complete = bodyBytes;
    bodyBytes = -1;
    if (bodyRead > complete) onBroken('more bytes than Content-Length announced');
    else onAnswer(status, complete, headBytes);
  };
}
