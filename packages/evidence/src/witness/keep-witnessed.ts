/**
 * Takes each published head of a log to its witnesses, and gives the log back a checkpoint with a quorum of
 * cosignatures. A witness that holds a head this log cannot have signed stops it (PROTOCOL 17).
 */
import type { Logger, Network } from '@minben/ports';
import type { PublicLog, SignedHead } from '../contract.ts';
import { judgeAnswers } from '../log/ask.ts';
import type { VerifierKey } from '../note/index.ts';
import { lastCheckpoint, submitCheckpoint, type WitnessPlace } from './client.ts';

/** PROTOCOL 9: a proof carries at most three cosignatures. */
const MAXIMUM_COSIGNATURES = 3;

export interface KeepWitnessedOptions {
  readonly log: PublicLog;
  readonly key: VerifierKey;
  readonly network: Network;
  readonly logger: Logger;
  /** Asked at each round, so that the trust bundle may change it. */
  readonly witnesses: () => readonly WitnessPlace[];
  readonly quorum: () => number;
  readonly timeoutMs?: number;
}

/** Runs a round after each publication, one at a time; the returned function ends it after the round under way. */
export function keepWitnessed(options: KeepWitnessedOptions): () => Promise<void> {
  const sizes = new Map<string, number>();
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    while (wanted && !stopped) {
      wanted = false;
      try {
        await witnessOnce(options, sizes);
      } catch (error) {
        options.logger('error', 'witnessing-failed', { reason: error instanceof Error ? error.name : 'error' });
      }
    }
    running = undefined;
  };
  const start = (): void => {
    wanted = true;
    running ??= run();
  };
  const end = options.log.onPublished(start);
  start();
  return async () => {
    stopped = true;
    end();
    await running;
  };
}

async function witnessOnce(options: KeepWitnessedOptions, sizes: Map<string, number>): Promise<void> {
  const { log, logger } = options;
  const head = log.publishedHead;
  if (head === undefined || log.state.name !== 'writable') return;
  const answers = await Promise.all(
    options.witnesses().map(async (witness) => {
      try {
        return await cosignatureOf(options, witness, head, sizes);
      } catch (error) {
        logger('warn', 'witness-unreachable', {
          witness: witness.key.name,
          reason: error instanceof Error ? error.name : 'error',
        });
        return undefined;
      }
    }),
  );
  const lines = answers.filter((line) => line !== undefined).slice(0, Math.max(MAXIMUM_COSIGNATURES, options.quorum()));
  if (lines.length === 0 || lines.length < options.quorum()) return;
  await log.adoptWitnessed(`${withoutCosignatures(head.checkpoint)}${lines.join('')}`);
}

/** A log's own checkpoint has one signature line; what follows it are cosignatures. */
function withoutCosignatures(checkpoint: string): string {
  const blank = checkpoint.lastIndexOf('\n\n');
  return checkpoint.slice(0, checkpoint.indexOf('\n', blank + 2) + 1);
}

async function cosignatureOf(
  options: KeepWitnessedOptions,
  witness: WitnessPlace,
  head: SignedHead,
  sizes: Map<string, number>,
): Promise<string | undefined> {
  const { log, network, logger } = options;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const name = witness.key.name;
  const checkpoint = withoutCosignatures(head.checkpoint);
  for (let attempt = 0; attempt < 3; attempt++) {
    const oldSize = sizes.get(name) ?? 0;
    if (oldSize > head.size) return undefined;
    const path = await log.consistencyPath(oldSize, head.size);
    const outcome = await submitCheckpoint(network, witness, { oldSize, path, checkpoint }, timeoutMs);
    if (outcome.name === 'cosigned') {
      sizes.set(name, head.size);
      return outcome.line;
    }
    if (outcome.name === 'refused') {
      logger('warn', 'witness-refused', { witness: name, status: outcome.status });
      return undefined;
    }
    if (outcome.size > head.size) return await compareHeads(options, witness, timeoutMs);
    sizes.set(name, outcome.size);
  }
  return undefined;
}

/** The witness says it knows a larger head than the published one. If this log signed it, the log is not what it takes itself for. */
async function compareHeads(
  options: KeepWitnessedOptions,
  witness: WitnessPlace,
  timeoutMs: number,
): Promise<undefined> {
  const { log, network, key, logger } = options;
  const held = await lastCheckpoint(network, witness, log.origin, timeoutMs);
  if (held === undefined) return;
  const answer = { from: witness.key.name, name: 'head', checkpoint: held } as const;
  const verdict = await judgeAnswers([answer], log.head, key, (size) => log.rootAt(size));
  if (verdict.name !== 'larger-head-elsewhere' && verdict.name !== 'other-head-elsewhere') return;
  logger('error', 'head-elsewhere', { witness: verdict.from, size: verdict.size });
  log.refuse(verdict.name);
}
