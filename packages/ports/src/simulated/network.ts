/** The Network port of one life of a machine. A host name is the name of a machine. */
import { type ConnectOptions, type Network, NetworkError, type Stream } from '../network.ts';
import { simulateCall } from './call.ts';
import { fingerprintOfIdentity, refuseHandshake } from './identities.ts';
import type { Wire } from './links.ts';
import { type OpenPort, type OpenPorts, occupy, openPort } from './listeners.ts';
import type { Prng } from './prng.ts';
import type { Life, Schedule } from './schedule.ts';
import { createStreamPair } from './stream.ts';

export interface NetworkSettings {
  readonly schedule: Schedule;
  readonly prng: Prng;
  readonly ports: OpenPorts;
  readonly life: Life;
  wireTo(machine: string): Wire;
  wallClockOf(machine: string): number;
  readonly note: (machine: string, what: string) => void;
}

export function createSimulatedNetwork(settings: NetworkSettings): Network {
  const { schedule, ports, life } = settings;
  const whileAlive = <T>(work: () => Promise<T>): Promise<T> => (life.alive ? work() : new Promise(() => undefined));
  return {
    request: (call) => whileAlive(() => simulateCall(settings, call)),
    connect: (options) => whileAlive(() => connectStream(settings, options)),
    serve: (options, handler) => whileAlive(() => openPort(ports, schedule, life, options, handler)),
    serveMutual: (options, onStream, handler) =>
      whileAlive(() => openPort(ports, schedule, life, options, handler, onStream)),
  };
}

function connectStream(settings: NetworkSettings, options: ConnectOptions): Promise<Stream> {
  const { schedule, life, note } = settings;
  const wire = settings.wireTo(options.host);
  const name = `${life.machine}>${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    let settled = false;
    const fail = (reason: NetworkError['reason'], message: string): void => {
      if (settled) return;
      settled = true;
      cancelTimer();
      note(life.machine, `connect ${name} ${reason}`);
      reject(new NetworkError(reason, false, message));
    };
    const cancelTimer = schedule.after(options.timeoutMs * 1000, life, () => fail('timeout', 'no connection in time'));
    note(life.machine, `connect ${name}`);
    wire.carry(life, () => {
      if (settled) return;
      const port = settings.ports.get(`${options.host}:${options.port}`);
      if (port === undefined || !port.accepting) return fail('refused', `nobody listens on ${name}`);
      const objection = objectionTo(settings, options, port);
      if (objection !== undefined) return fail(objection.reason, objection.message);
      if (wire.drawCut() !== undefined) return fail('closed', 'cut during the handshake');
      const [near, far] = createStreamPair(
        { ...settings, wire },
        {
          life,
          name,
          peerFingerprint: fingerprintOfIdentity(port.options.tls as NonNullable<typeof port.options.tls>),
        },
        { life: port.life, name, peerFingerprint: fingerprintOfIdentity(options.tls) },
      );
      wire.carry(port.life, () => {
        if (!port.accepting) return near.cut();
        note(port.life.machine, `stream ${name} accepted`);
        far.whenGone(occupy(port, () => far.destroy()));
        port.onStream?.(far);
        wire.carry(life, () => {
          if (settled) return near.destroy();
          settled = true;
          cancelTimer();
          resolve(near);
        });
      });
      near.onClose(() => fail('closed', 'closed during the handshake'));
    });
  });
}

interface Objection {
  readonly reason: NetworkError['reason'];
  readonly message: string;
}

function objectionTo(settings: NetworkSettings, options: ConnectOptions, port: OpenPort): Objection | undefined {
  const { tls, streamProtocol } = port.options;
  if (tls === undefined) return { reason: 'closed', message: 'the server speaks no TLS' };
  const message = refuseHandshake(
    {
      tls: options.tls,
      expectedFingerprints: options.expectedFingerprints,
      now: settings.wallClockOf(settings.life.machine),
    },
    { tls, now: settings.wallClockOf(port.life.machine) },
  );
  if (message !== undefined) return { reason: 'certificate', message };
  if (port.onStream === undefined || streamProtocol !== options.protocol) {
    return { reason: 'closed', message: `the server does not speak ${options.protocol}` };
  }
  return undefined;
}
