/**
 * One HTTP call between two machines, as a sequence of crossings: connect, request, answer. At each of them
 * the wire, either machine or the caller's patience may end it, and `sent` tells the truth about that moment.
 */
import { type HttpRequest, type HttpResponse, NetworkError, type OutgoingCall } from '../network.ts';
import { fingerprintOfIdentity, refuseHandshake } from './identities.ts';
import type { CutPhase, Wire } from './links.ts';
import { type OpenPort, type OpenPorts, occupy } from './listeners.ts';
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';
import { describeBytes } from './trace.ts';

const DEFAULT_MAXIMUM_BYTES = 1024 * 1024;

export interface CallSettings {
  readonly schedule: Schedule;
  readonly prng: Prng;
  readonly ports: OpenPorts;
  readonly life: Life;
  wireTo(machine: string): Wire;
  wallClockOf(machine: string): number;
  readonly note: (machine: string, what: string) => void;
}

export function simulateCall(settings: CallSettings, call: OutgoingCall): Promise<HttpResponse> {
  const { schedule, life, note } = settings;
  const target = splitUrl(call.url);
  const wire = settings.wireTo(target.machine);
  const body = Buffer.from(call.body ?? []);
  const name = `${call.method} ${target.address}${target.path}`;
  return new Promise((resolve, reject) => {
    let settled = false;
    let sent = false;
    let onGivenUp: () => void = () => undefined;
    let forgetDeath: () => void = () => undefined;
    const settle = (finish: () => void): void => {
      if (settled || !life.alive) return;
      settled = true;
      cancelTimer();
      forgetDeath();
      call.signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (reason: NetworkError['reason'], message: string): void =>
      settle(() => {
        note(life.machine, `call ${name} ${reason} ${sent ? 'sent' : 'unsent'}`);
        reject(new NetworkError(reason, sent, message));
        onGivenUp();
      });
    const onAbort = (): void => fail('closed', 'the caller has gone away');
    const cancelTimer = schedule.after(call.timeoutMs * 1000, life, () =>
      fail('timeout', 'no complete answer in time'),
    );
    if (call.signal?.aborted === true) return onAbort();
    call.signal?.addEventListener('abort', onAbort);
    note(life.machine, `call ${name} ${describeBytes(body)}`);

    wire.carry(life, () => {
      if (settled) return;
      const port = settings.ports.get(target.address);
      if (port === undefined || !port.accepting) return fail('refused', `nobody listens on ${target.address}`);
      const objection = objectionTo(settings, call, target.secure, port);
      if (objection !== undefined) return fail('certificate', objection);
      const cut = wire.drawCut();
      if (cut === 'before-send') return fail('closed', 'cut before the request left');
      sent = true;
      note(life.machine, `call ${name} sent`);
      if (cut === 'after-send') return wire.carry(life, () => fail('closed', 'cut after the request left'));
      wire.carry(port.life, () => {
        // A caller that gave up may have left the request in the buffers, or not.
        if (settled && settings.prng.chance(0.5)) return;
        if (!port.accepting) return wire.carry(life, () => fail('closed', 'the port closed'));
        deliver(settings, port, { call, name, path: target.path, body }, wire, cut, {
          fail,
          finish: (response) => settle(() => resolve(response)),
          whenGivenUp: (abort) => {
            onGivenUp = abort;
          },
        });
      });
      const onDeath = (): void => loseMachine(settings, wire, () => fail('closed', 'the machine went away'));
      port.life.onDeath.add(onDeath);
      forgetDeath = () => port.life.onDeath.delete(onDeath);
    });
  });
}

interface Caller {
  fail(reason: NetworkError['reason'], message: string): void;
  finish(response: HttpResponse): void;
  whenGivenUp(abort: () => void): void;
}

interface Delivery {
  readonly call: OutgoingCall;
  readonly name: string;
  readonly path: string;
  readonly body: Buffer;
}

/** The server's side: hands the request to the handler and brings the answer back, unless the wire is cut. */
function deliver(
  { life, note }: CallSettings,
  port: OpenPort,
  { call, name, path, body }: Delivery,
  wire: Wire,
  cut: CutPhase | undefined,
  caller: Caller,
): void {
  const goneAway = new AbortController();
  const abortLater = (): void => wire.carry(port.life, () => goneAway.abort());
  caller.whenGivenUp(abortLater);
  life.onDeath.add(abortLater);
  const release = occupy(port, () => {
    goneAway.abort();
    wire.carry(life, () => caller.fail('closed', 'the port closed'));
  });
  const respond = (response: HttpResponse): void => {
    if (!port.life.alive) return;
    life.onDeath.delete(abortLater);
    caller.whenGivenUp(() => undefined);
    note(port.life.machine, `answer ${name} ${response.status} ${describeBytes(response.body)}`);
    release();
    wire.carry(life, () => {
      if (cut === 'mid-response') return caller.fail('closed', 'cut within the answer');
      if (response.body.byteLength > (call.maximumBytes ?? DEFAULT_MAXIMUM_BYTES)) {
        return caller.fail('too-large', 'the answer is too large');
      }
      caller.finish({ ...response, body: Buffer.from(response.body) });
    });
  };
  note(port.life.machine, `request ${name} ${describeBytes(body)}`);
  if (body.byteLength > (port.options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES)) {
    respond({ status: 413, headers: [], body: Buffer.alloc(0) });
    return;
  }
  const request: HttpRequest = {
    method: call.method,
    path,
    headers: (call.headers ?? []).map(([header, value]) => [header.toLowerCase(), value] as const),
    body,
    signal: goneAway.signal,
    ...(call.tls === undefined ? {} : { peerFingerprint: fingerprintOfIdentity(call.tls) }),
  };
  Promise.resolve()
    .then(() => port.handler(request))
    .then(respond, (error: Error) => {
      note(port.life.machine, `handler failed: ${error.message}`);
      respond({ status: 500, headers: [], body: Buffer.alloc(0) });
    });
}

/** A process that dies closes its connections at once; a machine that loses power leaves them silent for long. */
export function loseMachine(settings: Pick<CallSettings, 'prng' | 'schedule'>, wire: Wire, tell: () => void): void {
  if (settings.prng.chance(0.75)) wire.carry(undefined, tell);
  else settings.schedule.after(settings.prng.between(5_000_000, 30_000_000), undefined, tell);
}

function objectionTo(settings: CallSettings, call: OutgoingCall, secure: boolean, port: OpenPort): string | undefined {
  const server = port.options.tls;
  if (secure !== (server !== undefined)) return 'one side speaks TLS, the other does not';
  if (server === undefined) return undefined;
  if (call.tls === undefined) return 'the server asks for a certificate';
  return refuseHandshake(
    {
      tls: call.tls,
      expectedFingerprints: call.expectedFingerprints,
      now: settings.wallClockOf(settings.life.machine),
    },
    { tls: server, now: settings.wallClockOf(port.life.machine) },
  );
}

function splitUrl(url: string): { machine: string; address: string; path: string; secure: boolean } {
  const parts = /^(https?):\/\/([^/:]+)(?::([0-9]+))?(\/.*)?$/s.exec(url);
  if (parts === null) throw new TypeError('a URL starts with http:// or https:// and names a machine');
  const [, scheme, machine = '', port = scheme === 'https' ? '443' : '80', path = '/'] = parts;
  return { machine, address: `${machine}:${port}`, path, secure: scheme === 'https' };
}
