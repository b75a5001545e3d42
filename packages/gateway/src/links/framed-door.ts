/** The server end of `t-road/1`: takes requests from a peer's stream and lets answers leave, each after its head. */
import type { EvidenceLog, SignedHead } from '@minben/evidence';
import type { ArrivedRequest, RequestFrame, ToldState, WireEvidence } from '@minben/exchange';
import type { Stream } from '@minben/ports';
import type { Answer, ProvenAnswer } from '../core/answer.ts';
import { type HeadEar, type MessageStream, openMessageStream } from './message-stream.ts';

/** What this gateway knows of a request, with its answer's evidence proven in a head of its own log. */
export interface Told {
  readonly state: ToldState;
  readonly evidence?: WireEvidence;
  readonly head?: SignedHead;
}

export interface FramedDoorMeans {
  readonly log: EvidenceLog;
  readonly ear: HeadEar;
  receive(arrived: ArrivedRequest): Promise<Answer>;
  tell(peerFingerprint: string, entry: Uint8Array): Promise<Told>;
}

export interface FramedDoor {
  /** Serves a stream until it closes. */
  serve(stream: Stream): void;
  /** Asks all peers to open no new exchange; resolves when none is in flight, or `graceMs` have passed. */
  retire(): void;
  close(): void;
}

export function createFramedDoor({ log, ear, receive, tell }: FramedDoorMeans): FramedDoor {
  const open = new Set<MessageStream>();

  const serve = (stream: Stream): void => {
    const messages = openMessageStream({
      stream,
      log,
      ear,
      onFrame(frame) {
        if (frame.type === 'request') void take(messages, frame);
        else if (frame.type === 'ask') void answerAsked(messages, frame.exchange, frame.entry);
        else messages.destroy();
      },
      onClose: () => void open.delete(messages),
    });
    open.add(messages);
  };

  const take = async (messages: MessageStream, frame: RequestFrame): Promise<void> => {
    const { evidence, headers, body } = frame;
    const head = messages.heard(evidence.size);
    const answer = await receive({ peerFingerprint: messages.peerFingerprint, evidence, head, headers, body });
    letLeave(messages, frame.exchange, answer);
  };

  const letLeave = (messages: MessageStream, exchange: number, answer: Answer): void => {
    if (!answer.proven) {
      messages.write({ type: 'bare-refusal', exchange, rule: answer.rule, logId: answer.logId });
      return;
    }
    const { headers, body } = answer;
    const write = (): void => {
      const refusal = answer.release();
      if (refusal === undefined) {
        messages.write({ type: 'response', exchange, evidence: evidenceOf(answer), headers, body });
        answer.left();
      } else void answer.withhold(refusal).then((withheld) => letLeave(messages, exchange, withheld));
    };
    messages.afterHead(answer.appended.head, write, () => answer.left());
  };

  const answerAsked = async (messages: MessageStream, exchange: number, entry: Uint8Array): Promise<void> => {
    const { state, evidence, head } = await tell(messages.peerFingerprint, entry);
    if (evidence === undefined || head === undefined) return messages.write({ type: 'told', exchange, state });
    messages.afterHead(head, () => messages.write({ type: 'told', exchange, state, evidence }));
  };

  return {
    serve,
    retire() {
      for (const messages of open) messages.write({ type: 'go-away' });
    },
    close() {
      for (const messages of open) messages.end();
    },
  };
}

function evidenceOf({ kind, salt, details, appended }: ProvenAnswer): WireEvidence {
  return { kind, salt, details, index: appended.index, size: appended.head.size, path: appended.path };
}
