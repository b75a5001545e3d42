/**
 * The registry without its doors: log, bundle, status list, identity and grants put together by hand, as
 * handlers that any network can serve. `run-registry.ts` opens the doors; a simulation may open others.
 */
import {
  createVerifierKey,
  formatVerifierKey,
  type HeadAnswer,
  keepWitnessed,
  parseVerifierKey,
  type WitnessPlace,
} from '@minben/evidence';
import { type BundleIndex, indexBundle, type SubjectSealer } from '@minben/exchange';
import type { Clock, Disk, HttpHandler, Logger, Network, Random } from '@minben/ports';
import { type BundleStore, openBundleStore, type StoredBundle } from './bundle/bundle-store.ts';
import { createPublisher, type HubFacts, type Publisher } from './bundle/publish-bundle.ts';
import type { RegistryKeys } from './ceremony/read-keys.ts';
import { keyOf } from './ceremony/record.ts';
import { createGranting } from './grants/create-grant.ts';
import { registerGateway } from './grants/register-gateway.ts';
import { createLeaseHandler } from './http/lease-handler.ts';
import { createOperatorHandler } from './http/operator-handler.ts';
import { createBundleBoard, createPublicHandler } from './http/public-handler.ts';
import { createIdentityHandler } from './identity/identity-handler.ts';
import { createPseudonyms } from './identity/pseudonym.ts';
import { writeMetrics } from './metrics.ts';
import { type Journal, openJournal } from './notes/journal.ts';
import { encodeNote } from './notes/note.ts';
import { createStatusAuthority, type StatusAuthority } from './status/status-authority.ts';
import { createWithdrawing } from './status/withdraw-grant.ts';

export interface RegistryPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly log: Logger;
  readonly sealer: SubjectSealer;
}

export interface RegistryOptions {
  readonly keys: RegistryKeys;
  readonly data: string;
  readonly sources: string;
  readonly leaseMilliseconds: number;
  readonly watchMilliseconds: number;
  readonly takesNumbers: boolean;
  readonly operatorToken: string;
  /** By which identity knows the hub's gateway. */
  readonly identitySecret: string;
  /** How the registry is reached, and by which certificates; asked at each publication. */
  readonly hub: () => { readonly url: string; readonly leaseUrl: string; readonly certificates: readonly string[] };
  /** More reasons not to be ready, as words. */
  readonly moreReasons?: () => readonly string[];
  /** Asks the holders of the log's heads (PROTOCOL 17). */
  readonly askOthers: () => Promise<readonly HeadAnswer[]>;
  readonly publishEveryMs?: number;
  readonly segmentBytes?: number;
  readonly gather?: (flush: () => void) => void;
}

export interface Registry {
  readonly handlers: {
    readonly public: HttpHandler;
    readonly leases: HttpHandler;
    readonly operator: HttpHandler;
    readonly identity: HttpHandler;
  };
  readonly journal: Journal;
  readonly store: BundleStore;
  readonly publisher: Publisher;
  readonly authority: StatusAuthority;
  /** Verifier key of the hub's log. */
  readonly logKey: string;
  /** Waits for the log's permission to write, publishes, and keeps watching. Resolves false when the log never will write. */
  start(): Promise<boolean>;
  /** Answers those who wait, then closes the log. */
  close(): Promise<void>;
}

export async function openRegistry(options: RegistryOptions, ports: RegistryPorts): Promise<Registry> {
  const { keys } = options;
  const { disk, clock, random, log: logger } = ports;
  const { origin, instance } = keys.record;
  const logKey = createVerifierKey(origin, 'log', keys.log.publicKey);

  const journal = await openJournal({
    disk,
    directory: `${options.data}/log`,
    origin,
    signer: keys.log,
    clock,
    logger,
    askOthers: options.askOthers,
    ...(options.publishEveryMs === undefined ? {} : { publishEveryMs: options.publishEveryMs }),
    ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
    ...(options.gather === undefined ? {} : { gather: options.gather }),
  });
  const store = await openBundleStore(disk, `${options.data}/bundles`, journal);
  const board = createBundleBoard(store, clock);
  let index: BundleIndex | undefined = store.newest && indexBundle(store.newest.bundle);
  const bundle = (): BundleIndex => {
    if (!index) throw new Error('no bundle has been published yet');
    return index;
  };

  const authority = createStatusAuthority({
    clock,
    book: journal.book,
    leaseMilliseconds: options.leaseMilliseconds,
    bundleVersion: () => store.newest?.version ?? 0,
    isWritable: () => journal.log.state.name === 'writable',
    remember: (note) => journal.remember(note),
  });

  const publisher = createPublisher({
    disk,
    clock,
    random,
    log: logger,
    sources: options.sources,
    signer: keys.bundle,
    journal,
    store,
    facts: () => makeFacts(instance, origin, formatVerifierKey(logKey), options, keys),
    onPublished(stored: StoredBundle) {
      index = indexBundle(stored.bundle);
      board.announce();
      authority.announce();
    },
  });

  const identity = {
    pseudonyms: createPseudonyms(keys.sectorSecret),
    sealer: ports.sealer,
    keys: keys.identity,
    takesNumbers: options.takesNumbers,
  };
  const createGrant = createGranting({
    clock,
    random,
    signer: keys.grant,
    keyId: keyOf(keys.record, 'grant').id,
    issuer: origin,
    journal,
    identity,
    bundle,
  });
  const withdrawGrant = createWithdrawing({ clock, random, log: journal.log, book: journal.book, authority });

  const reasons = (): string[] => {
    const { state } = journal.log;
    const found = [...(options.moreReasons?.() ?? [])];
    if (state.name !== 'writable') found.push(`log-${state.name}-${state.reason}`);
    if (!store.newest) found.push('no-bundle-yet');
    if (publisher.problems.length > 0) found.push('sources-invalid');
    return found;
  };

  const operator = createOperatorHandler({
    token: options.operatorToken,
    journal,
    authority,
    publisher,
    createGrant,
    withdrawGrant,
    registerGateway: (order) =>
      registerGateway(order, {
        disk,
        clock,
        random,
        sources: options.sources,
        journal,
        publisher,
        authority: keys.authority,
        authorities: [keys.authority.certificate],
      }),
    reasons,
    metrics: () => writeMetrics({ journal, store, ready: reasons().length === 0 }),
  });

  let stopWatching: () => void = () => undefined;
  let stopWitnessing: () => Promise<void> = async () => undefined;

  return {
    handlers: {
      public: createPublicHandler({ board, hubLog: journal.log, log: logger }),
      leases: createLeaseHandler({
        authority,
        bundle: () => index,
        signer: keys.status,
        keyId: keyOf(keys.record, 'status').id,
        clock,
      }),
      operator,
      identity: createIdentityHandler(identity, {
        bundle,
        clock,
        log: logger,
        secret: options.identitySecret,
      }),
    },
    journal,
    store,
    publisher,
    authority,
    logKey: formatVerifierKey(logKey),
    async start() {
      const state = await journal.log.decided();
      if (state.name !== 'writable') return false;
      // Durable before the first lease of this length: after a crash the hub waits for as long as any may run.
      await rememberLeaseLength(journal, options.leaseMilliseconds);
      await publisher.publish();
      stopWatching = publisher.watch(options.watchMilliseconds);
      stopWitnessing = keepWitnessed({
        log: journal.log,
        key: logKey,
        network: ports.network,
        logger,
        witnesses: () => witnessPlaces(store),
        quorum: () => store.newest?.bundle.witnessQuorum ?? 0,
      });
      return true;
    },
    async close() {
      stopWatching();
      authority.announce();
      board.announce();
      await stopWitnessing();
      await journal.log.close();
    },
  };
}

function makeFacts(
  instance: string,
  origin: string,
  logKey: string,
  options: Pick<RegistryOptions, 'hub'>,
  keys: RegistryKeys,
): HubFacts {
  const { url, leaseUrl, certificates } = options.hub();
  const { record } = keys;
  const timed = (role: 'grant' | 'status') => {
    const { id, public: key, validFrom, validUntil } = keyOf(record, role);
    return { id, key, validFrom, validUntil };
  };
  return {
    instance,
    hub: { origin, logKey, url, leaseUrl, certificates: [...certificates] },
    keys: {
      bundle: keyOf(record, 'bundle').public,
      next: keyOf(record, 'successor').public,
      grants: [timed('grant')],
      status: [timed('status')],
      identity: keyOf(record, 'identity').public,
    },
    authorities: [keys.authority.certificate],
  };
}

async function rememberLeaseLength(journal: Journal, milliseconds: number): Promise<void> {
  if (journal.book.longestLease >= milliseconds) return;
  await journal.log.note(encodeNote({ t: 'lease-length-set', milliseconds }));
}

function witnessPlaces(store: BundleStore): WitnessPlace[] {
  return (store.newest?.bundle.witnesses ?? []).flatMap(({ key, url }) => {
    const parsed = parseVerifierKey(key);
    return parsed.ok ? [{ key: parsed.value, url: url.replace(/\/$/, '') }] : [];
  });
}
