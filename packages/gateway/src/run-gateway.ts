/**
 * A running gateway: the core behind its four ports, its log published and witnessed, its figures shown. Everything it
 * touches comes in as a port, so the same function runs on a machine, in a simulation and under faults.
 */
import {
  askHolders,
  createVerifierKey,
  type HeadAnswer,
  keepWitnessed,
  lastCheckpoint,
  parseVerifierKey,
  type VerifierKey,
  type WitnessPlace,
  witnessAsHolder,
} from '@minben/evidence';
import {
  type BundleIndex,
  createSubjectSealer,
  FRAMED_PROTOCOL,
  isBundleTooOld,
  type SubjectSealer,
} from '@minben/exchange';
import {
  type Clock,
  createFileSigner,
  type Disk,
  type Listener,
  type Logger,
  type Network,
  type Random,
} from '@minben/ports';
import type { GatewayConfig, GatewaySecrets } from './config/index.ts';
import { type GatewayCore, openCore } from './core/open-core.ts';
import { createConsumerPort } from './doors/consumer-port.ts';
import { createPublicPort, TLOG } from './doors/public-port.ts';
import { watchPeers } from './doors/watch-peers.ts';
import { witnessOthers } from './doors/witness-others.ts';
import { createExchangeIndex, type IndexStore } from './index-store/index.ts';
import { createHttpDoor } from './links/http-door.ts';
import {
  createGatewayMetrics,
  createMetrics,
  createOperationsHandler,
  measureProcess,
  type ReadinessReasonName,
} from './operations/index.ts';
import { createPeerTiles } from './peer-tiles.ts';
import { makeReceipt } from './receipts.ts';
import { openRegisterDoor } from './register-door.ts';

export interface GatewayPorts {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly network: Network;
  readonly random: Random;
  readonly logger: Logger;
  readonly index: IndexStore;
  /** Absent: HPKE. */
  readonly sealer?: SubjectSealer;
  readonly gather?: (flush: () => void) => void;
  /** Whose memory and processor time the metrics show. */
  readonly process?: Pick<NodeJS.Process, 'memoryUsage' | 'cpuUsage'>;
}

export interface RunningGateway {
  /** Where each port listens. */
  readonly ports: { readonly [Port in keyof GatewayConfig['ports']]: number };
  /** Answers what is in flight, makes durable what is known, closes. */
  stop(): Promise<void>;
}

const GRACE_MS = 10_000;
const HOLDER_TIMEOUT_MS = 2_000;
const CONSUMER_MAXIMUM_BYTES = 1_048_576;
/** Body, headers and evidence of one message of the HTTP/1.1 binding. */
const PEER_MAXIMUM_BYTES = 1_048_576;

export async function runGateway(
  config: GatewayConfig,
  secrets: GatewaySecrets,
  ports: GatewayPorts,
): Promise<RunningGateway> {
  const { clock, network, random, logger } = ports;
  const metrics = createMetrics();
  const figures = createGatewayMetrics(metrics);
  if (ports.process !== undefined) measureProcess(metrics, ports.process);
  const index = createExchangeIndex(ports.index, clock, logger);
  let position = index.position;

  const tiles = createPeerTiles(network, () => core?.bundles.current());
  const signer = createFileSigner(secrets.logKey);
  let core: GatewayCore | undefined;
  const opened = await openCore(
    {
      id: config.gateway,
      origin: config.origin,
      directory: config.directory,
      hubUrl: config.registry.url,
      pinned: { pinnedKey: config.registry.bundleKey, hubLogKey: config.registry.hubLogKey },
      binding: config.binding,
      timeoutMs: config.timeoutMs,
      maximumInFlight: config.maximumInFlight,
    },
    {
      ...ports,
      signer,
      sealer: ports.sealer ?? createSubjectSealer(),
      sealingKey: secrets.sealingKey,
      register: openRegisterDoor({
        network,
        log: logger,
        services: config.registers?.services ?? new Map(),
        secret: secrets.registerSecret ?? random.bytes(32).toString('hex'),
        maximumInFlight: config.maximumInFlight,
      }),
      identity: () => secrets.identity,
      askOthers: (bundle) => askOthers(network, bundle, config),
      tiles: () => tiles,
      onNote(note, entryIndex) {
        position += 1;
        index.take({ position, note, ...(entryIndex === undefined ? {} : { index: entryIndex }) });
      },
      onSnapshot: () => index.storeNow(),
      findOlder: (entry) => {
        const found = index.findByEntry(entry);
        // A request that was taken on and lost must not look as if it had never come.
        return Promise.resolve(found?.direction === 'received' ? (found.answer?.evidence ?? 'unknown') : undefined);
      },
      onRefused: (rule, peer, isLogged) => {
        figures.refusals.of(rule, peer === undefined ? 'here' : 'peer').add();
        if (peer !== undefined) logger('warn', 'request-refused', { rule, peer, logged: isLogged });
      },
      onAnswered(answer, milliseconds) {
        figures.received.of(answer.proven ? answer.kind : 'unproven-refusal').add();
        figures.answerSeconds.observe(milliseconds / 1000);
      },
      onBug: (error) => {
        // The stack names files of this program, never what was in the call.
        logger('error', 'internal-error', {
          error: error instanceof Error ? error.name : typeof error,
          at: placeOf(error),
        });
      },
    },
  );
  core = opened;

  const stopWitnessing = witness(opened, createVerifierKey(config.origin, 'log', signer.publicKey), network, logger);
  const stopWatching = watchPeers({ core: opened, tiles, clock });
  const witnessing = await witnessOthers({
    ...ports,
    directory: config.directory,
    origin: config.origin,
    prefix: TLOG,
    bundle: () => opened.bundles.current(),
  });
  const door = createHttpDoor({ ear: opened.ear, receive: opened.receive, tell: opened.tell });
  const listeners: { readonly [Port in keyof GatewayConfig['ports']]: Listener } = {
    mutual: await network.serveMutual(
      {
        ...config.ports.mutual,
        tls: secrets.identity,
        streamProtocol: FRAMED_PROTOCOL,
        maximumBytes: PEER_MAXIMUM_BYTES,
      },
      (stream) => opened.framedDoor.serve(stream),
      door,
    ),
    public: await network.serve(
      config.ports.public,
      createPublicPort(opened.log, opened.heads, witnessing.handler, logger),
    ),
    consumer: await network.serve(
      {
        ...config.ports.consumer,
        maximumBytes: CONSUMER_MAXIMUM_BYTES,
        ...(secrets.consumerTls === undefined ? {} : { tls: secrets.consumerTls }),
      },
      createConsumerPort({
        caller: opened.caller,
        clock,
        random,
        bundle: () => opened.bundles.current(),
        receipt: (messageId) =>
          makeReceipt(messageId, { log: opened.log, tiles, findByMessage: (id) => index.findByMessage(id) }),
        onAnswered(outcome, milliseconds) {
          figures.sent.of(outcome).add();
          figures.exchangeSeconds.observe(milliseconds / 1000);
        },
      }),
    ),
    operations: await network.serve(
      config.ports.operations,
      createOperationsHandler({ metrics, check: () => findReasons(opened, isStopping) }),
    ),
  };
  let isStopping = false;
  const bound = {
    mutual: listeners.mutual.port,
    public: listeners.public.port,
    consumer: listeners.consumer.port,
    operations: listeners.operations.port,
  };
  logger('info', 'gateway-started', { gateway: config.gateway, ...bound, witness: witnessing.key });

  return {
    ports: bound,
    async stop() {
      isStopping = true;
      await Promise.all([listeners.consumer.close(GRACE_MS), opened.drain(GRACE_MS)]);
      await Promise.all([listeners.mutual.close(GRACE_MS), listeners.public.close(0)]);
      stopWatching();
      await stopWitnessing();
      await opened.close();
      await index.close();
      await listeners.operations.close(0);
      logger('info', 'gateway-stopped', { gateway: config.gateway });
    },
  };
}

/** PROTOCOL 17: witnesses of the bundle, and the gateways this one may have exchanged with. */
async function askOthers(
  network: Network,
  bundle: BundleIndex | undefined,
  config: GatewayConfig,
): Promise<readonly HeadAnswer[]> {
  if (bundle === undefined) return [];
  const witnesses = placesOf(bundle).map((place) => witnessAsHolder(network, place, HOLDER_TIMEOUT_MS));
  const peers = bundle.bundle.gateways
    .filter(({ id }) => id !== config.gateway)
    .map(({ id, publicUrl }) => ({
      name: id,
      lastCheckpoint: (origin: string) =>
        lastCheckpoint(network, { url: `${publicUrl}/heads` }, origin, HOLDER_TIMEOUT_MS),
    }));
  const holders = [...witnesses, ...peers];
  return holders.length === 0 ? [] : askHolders(config.origin, holders)();
}

function placesOf(bundle: BundleIndex): WitnessPlace[] {
  return bundle.bundle.witnesses.flatMap(({ key, url }) => {
    const parsed = parseVerifierKey(key);
    return parsed.ok ? [{ key: parsed.value, url }] : [];
  });
}

function witness(core: GatewayCore, key: VerifierKey, network: Network, logger: Logger): () => Promise<void> {
  const bundle = (): BundleIndex | undefined => core.bundles.current();
  return keepWitnessed({
    log: core.log,
    key,
    network,
    logger,
    witnesses: () => {
      const current = bundle();
      return current === undefined ? [] : placesOf(current);
    },
    quorum: () => bundle()?.bundle.witnessQuorum ?? 0,
  });
}

/** What stands against taking calls, most serious first. */
function findReasons(core: GatewayCore, isStopping: boolean): ReadinessReasonName[] {
  const reasons: ReadinessReasonName[] = [];
  const bundle = core.bundles.current();
  const self = core.self();
  if (isStopping) reasons.push('shutting-down');
  if (bundle === undefined) reasons.push('bundle-missing');
  else if (isBundleTooOld(bundle.bundle, core.now())) reasons.push('bundle-too-old');
  if (bundle !== undefined && self === undefined) reasons.push('not-in-bundle');
  if (self?.revoked !== undefined) reasons.push('revoked');
  if (core.log.state.name === 'asking') reasons.push('log-asking');
  if (core.log.state.name === 'refusing') reasons.push('log-refusing');
  if (core.bundles.trouble() === 'hub-unreachable') reasons.push('registry-unreachable');
  if (core.gate.hubSilentMs() > 0) reasons.push('lease-lapsed');
  if (core.heads.conflicts().length > 0) reasons.push('peer-frozen');
  if (bundle !== undefined && bundle.bundle.witnessQuorum > 0 && core.log.witnessed === undefined)
    reasons.push('witnesses-missing');
  return reasons;
}

function placeOf(error: unknown): string {
  const line = error instanceof Error ? (error.stack?.split('\n')[1] ?? '') : '';
  return line.replace(/^.*\/(packages\/.*)$/, '$1').slice(0, 120);
}
