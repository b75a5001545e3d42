/** A gateway in the present life of its machine: the core that production runs, on simulated ports. */
import { formatVerifierKey, keepWitnessed, serveTiles } from '@minben/evidence';
import { FRAMED_PROTOCOL } from '@minben/exchange';
import {
  type CorePorts,
  createHttpDoor,
  createPeerTiles,
  type GatewayCore,
  type Note,
  openCore,
  type RegisterCall,
} from '@minben/gateway';
import { succeed } from '@minben/kernel';
import type { HttpResponse, TlsIdentity } from '@minben/ports';
import {
  gather,
  HUB_ORIGIN,
  HUB_PORT,
  keyOf,
  loggerOf,
  logKeyOf,
  type MemberPlan,
  MUTUAL_PORT,
  type Nation,
  originOf,
  PUBLIC_PORT,
  plainSealer,
  seedOf,
  signerOf,
  WITNESS_PLACE,
} from './nation.ts';
import { answerJson, askWitness } from './start-hub.ts';
import { type Watch, watchNetwork } from './watch-network.ts';

export interface RunningGateway {
  readonly core: GatewayCore;
  close(): Promise<void>;
}

export interface GatewayChanges {
  readonly binding?: 't-road/1' | 'http/1.1';
  readonly timeoutMs?: number;
  readonly segmentBytes?: number;
  readonly findOlder?: CorePorts['findOlder'];
  readonly watch?: Watch;
  /** The agency's system behind the gateway. */
  system?(call: RegisterCall): Promise<HttpResponse>;
  onNote?(note: Note): void;
  hear?(event: string): void;
  onBug?(error: unknown): void;
}

/** The life in which the call is made decides: code of an earlier one does nothing any more. */
export async function startGateway(
  nation: Nation,
  plan: MemberPlan,
  changes: GatewayChanges = {},
): Promise<RunningGateway> {
  const { world, identities } = nation;
  const { clock, disk, random, network: plain } = world.machine(plan.machine).ports;
  const network = changes.watch === undefined ? plain : watchNetwork(plain, changes.watch);
  const origin = originOf(plan.machine);
  const logger = loggerOf(world, plan.machine, changes.hear);
  const identity = identities.get(plan.machine) as TlsIdentity;
  const core = await openCore(
    {
      id: plan.gateway,
      origin,
      directory: '/gateway',
      hubUrl: `http://hub:${HUB_PORT}`,
      pinned: { pinnedKey: keyOf('bundle'), hubLogKey: formatVerifierKey(logKeyOf(HUB_ORIGIN)) },
      binding: changes.binding ?? 't-road/1',
      timeoutMs: changes.timeoutMs ?? 5_000,
      maximumInFlight: 1_000,
      ...(changes.segmentBytes === undefined ? {} : { segmentBytes: changes.segmentBytes }),
    },
    {
      clock,
      disk,
      network,
      random,
      logger,
      signer: signerOf(origin),
      sealer: plainSealer,
      sealingKey: seedOf(`${plan.machine} sealing`),
      register: { forward: async (call) => succeed(await (changes.system ?? answerResident)(call)) },
      identity: () => identity,
      gather,
      askOthers: async () => [await askWitness(network, origin)],
      tiles: (bundle) => createPeerTiles(network, bundle),
      findOlder: changes.findOlder ?? (() => Promise.resolve(undefined)),
      onNote: (note) => changes.onNote?.(note),
      onAnswered: () => undefined,
      onRefused: (rule) => world.note(`${plan.machine} refuses ${rule}`),
      onBug(error) {
        world.note(`${plan.machine} bug ${error instanceof Error ? error.stack : 'unknown'}`);
        changes.onBug?.(error);
      },
    },
  );
  const ended = keepWitnessed({
    log: core.log,
    key: logKeyOf(origin),
    network,
    logger,
    witnesses: () => [WITNESS_PLACE],
    quorum: () => 1,
  });
  await network.serve({ host: plan.machine, port: PUBLIC_PORT }, serveTiles(core.log, logger, '/tlog'));
  const listener = await network.serveMutual(
    { host: plan.machine, port: MUTUAL_PORT, tls: identity, streamProtocol: FRAMED_PROTOCOL },
    (stream) => core.framedDoor.serve(stream),
    createHttpDoor({ ear: core.ear, receive: core.receive, tell: core.tell }),
  );
  return {
    core,
    async close() {
      await core.drain(1_000);
      await ended();
      await core.close();
      await listener.close(0);
    },
  };
}

/** What the register knows of anybody: more than any agreement lets out. */
export function answerResident(): Promise<HttpResponse> {
  const resident = { name: '王小明', address: { county: '臺北市', street: '不該外流' }, secret: 'not agreed' };
  return Promise.resolve(answerJson(resident));
}
