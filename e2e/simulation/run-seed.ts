/**
 * One seed: a nation starts, its applications exchange, faults strike, everything heals and settles, and then every
 * invariant is checked. Called as a program it replays one seed: `node e2e/simulation/run-seed.ts <number>`.
 */
import { createWorld } from '@minben/ports/simulated';
import { CELLS, type Cell, planFaults } from './faults.ts';
import { checkBackup } from './invariants/backup.ts';
import { checkRival } from './invariants/rival.ts';
import { checkInvariants } from './invariants.ts';
import { openLedger } from './ledger.ts';
import { EPOCH, planNation } from './nation.ts';
import { createProcesses } from './processes.ts';
import { MISCHIEFS, runRival } from './rival.ts';
import { mintGrants, planTraffic, runTraffic, TRAFFIC_MS } from './traffic.ts';

export interface SeedReport {
  readonly seed: number;
  readonly hash: string;
  /** Exchanges begun, and how many of them an application saw end. */
  readonly exchanges: number;
  readonly ended: number;
  readonly delivered: number;
  readonly faults: number;
  readonly struck: readonly Cell[];
  readonly violations: readonly string[];
  readonly lines: readonly string[];
}

const SETTLE_MS = 120_000;
/** The rival is done early enough that what it did has been noticed at the end. */
const RIVAL_MS = 3_000;

export async function runSeed(seed: number): Promise<SeedReport> {
  const world = createWorld(`exchange ${seed}`, { epoch: EPOCH });
  const { prng } = world;
  const ledger = openLedger(world, ['city', 'household', 'spare']);
  const choices = prng.fork('agencies');
  const nation = planNation(world);
  const processes = createProcesses(nation, ledger, {
    binding: seed % 2 === 0 ? 't-road/1' : 'http/1.1',
    agencyDelay: () => choices.between(1, choices.chance(0.1) ? 1_500 : 30),
  });
  for (const process of processes.all) {
    process.start();
    await passUntil(() => process.current !== undefined, 5_000);
  }
  const hub = processes.hub.current;
  if (hub === undefined) throw new Error('the hub did not start');
  await world.run(mintGrants(hub, ledger));
  await world.pass(1_500);
  planTraffic(world, prng.fork('traffic'), ledger);
  const cell = CELLS[seed % CELLS.length] as Cell;
  const faults = planFaults(world, prng.fork('faults'), processes, cell);
  runTraffic(world, prng.fork('applications'), ledger, processes);
  const mischief = prng.fork('mischief');
  const rival = runRival(nation, mischief, [mischief.pick(MISCHIEFS), mischief.pick(MISCHIEFS), 'honest'], RIVAL_MS);
  let backup: Parameters<typeof checkBackup>[2];
  const victim = prng.pick([processes.city, processes.household]);
  world.after(prng.below(TRAFFIC_MS), () => {
    const size = victim.current?.core.log.head.size;
    if (size !== undefined) backup = { size, restore: world.machine(victim.machine).backUp() };
  });
  await world.pass(TRAFFIC_MS + 4_000);

  faults.heal();
  for (const process of processes.all) process.mend();
  await passUntil(() => processes.all.every(({ current }) => current !== undefined), 60_000);
  const isSettled = (): boolean =>
    [processes.city, processes.household, processes.spare].every(
      ({ current }) =>
        current !== undefined && current.core.outgoing.open().length === 0 && current.core.inFlight() === 0,
    );
  await world.pass(2_500);
  await passUntil(isSettled, SETTLE_MS);
  await world.pass(1_500);

  const violations = [
    ...(await checkInvariants(world, ledger, processes)),
    ...checkRival(world, ledger, processes, rival),
    ...(await checkBackup(world, victim, backup)),
  ];
  return {
    seed,
    hash: world.trace.hash(),
    exchanges: ledger.begun,
    ended: ledger.ends.length,
    delivered: ledger.ends.filter(({ answer }) => answer.kind === 'delivered').length,
    faults: world.trace.lines.filter((line) => line.includes(' scenario fault ')).length,
    struck: faults.struck,
    violations,
    lines: world.trace.lines,
  };

  async function passUntil(isDone: () => boolean, limitMs: number): Promise<void> {
    const end = world.now + limitMs;
    while (!isDone() && world.now < end) await world.pass(50);
  }
}

if (process.argv[1] === import.meta.filename) {
  const report = await runSeed(Number(process.argv[2] ?? 0));
  const { lines, violations, ...rest } = report;
  if (process.argv.includes('--trace')) console.log(lines.join('\n'));
  console.log(JSON.stringify({ ...rest, violations }, undefined, 2));
  process.exitCode = violations.length === 0 ? 0 : 1;
}
