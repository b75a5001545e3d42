/** The agency's own system behind the household's gateways: it records every request that reaches it, and answers as told. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AgencyRequest {
  readonly method: string;
  readonly path: string;
  /** Names lower-case, in the order they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  header(name: string): string | undefined;
}

export interface AgencyAnswer {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

export interface Agency {
  readonly port: number;
  /** What reached the system, oldest first. */
  readonly requests: readonly AgencyRequest[];
  /** Requests under a message id. */
  under(messageId: string): readonly AgencyRequest[];
  /** Answers requests for this message id otherwise: slowly, wrongly, or while the test does something else. */
  answerOnce(messageId: string, answer: (request: AgencyRequest) => Promise<AgencyAnswer> | AgencyAnswer): void;
  close(): Promise<void>;
}

/** More than any agreement releases: what must not leave is in it. */
export const RESIDENT = {
  name: '王小明',
  address: { county: '臺北市', street: '不該外流的路名' },
  children: [{ name: '王大寶', school: '不該外流的學校' }],
  secret: 'not agreed',
};

export async function startAgency(): Promise<Agency> {
  const requests: AgencyRequest[] = [];
  const special = new Map<string, (request: AgencyRequest) => Promise<AgencyAnswer> | AgencyAnswer>();

  const take = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const headers: [string, string][] = [];
    for (let at = 0; at + 1 < message.rawHeaders.length; at += 2)
      headers.push([(message.rawHeaders[at] ?? '').toLowerCase(), message.rawHeaders[at + 1] ?? '']);
    const request: AgencyRequest = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers,
      body: Buffer.concat(chunks),
      header: (name) => headers.find(([known]) => known === name)?.[1],
    };
    requests.push(request);
    const id = request.header('t-road-message-id') ?? '';
    const answer = (await special.get(id)?.(request)) ?? {};
    const flat = (answer.headers ?? [['content-type', 'application/json']]).flat();
    response.writeHead(answer.status ?? 200, flat).end(answer.body ?? JSON.stringify(RESIDENT));
  };

  const server = createServer((message, response) => {
    take(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    under: (messageId) => requests.filter((request) => request.header('t-road-message-id') === messageId),
    answerOnce: (messageId, answer) => void special.set(messageId, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
