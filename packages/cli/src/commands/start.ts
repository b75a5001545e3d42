/**
 * `minben start`: a whole exchange on this machine, from nothing: registry with its key ceremony, witness, hub
 * gateway, two members with gateways and systems, database and synthetic people. State lies in `var` (or
 * `MINBEN_VAR`); all ports follow from `PORT`. Ctrl-C ends everything in order, a second one at once.
 */
import { resolve } from 'node:path';
import { type Clock, createRealClock, createRealDisk, createRealNetwork, createRealRandom } from '@minben/ports';
import { endPostgresAtOnce } from '@minben/sandbox';
import { announceAddresses, announceNextSteps } from '../supervisor/announce.ts';
import { awaitFreePorts } from '../supervisor/await-free-ports.ts';
import { placesUnder } from '../supervisor/first-start/places.ts';
import { prepareAll } from '../supervisor/first-start/prepare-all.ts';
import { registerGateways } from '../supervisor/first-start/register-gateways.ts';
import { writeNextSteps } from '../supervisor/next-steps.ts';
import { planPorts } from '../supervisor/ports.ts';
import { listProcesses } from '../supervisor/process-table.ts';
import { type Supervisor, supervise } from '../supervisor/supervise.ts';

export const summary = {
  'zh-TW': '在這台機器上啟動整個交換環境',
  en: 'bring up a whole exchange on this machine',
};

/** Processes of a supervisor that was killed end by themselves; they get this long. */
const ORPHANS_MS = 15_000;

/** 0 after an orderly end, 1 when it could not start, 2 when the environment was wrong. */
export async function run(): Promise<number> {
  const plan = planPorts(process.env.PORT);
  if (plan === undefined) {
    say('PORT 必須是 1 到 65500 之間的數字。', 'PORT must be a number between 1 and 65500.');
    return 2;
  }
  const clock = createRealClock();
  const network = createRealNetwork();
  const ports = { clock, network, disk: createRealDisk(), random: createRealRandom() };
  const taken = await awaitFreePorts(plan, ORPHANS_MS, clock);
  if (taken.length > 0) {
    say(
      `埠 ${taken.join('、')} 已被占用；請結束占用的程式，或以 PORT=9080 另選一段。`,
      `Ports ${taken.join(', ')} are taken; end what uses them, or choose others with PORT=9080.`,
    );
    return 1;
  }
  const root = resolve(process.env.MINBEN_VAR ?? 'var');
  const places = placesUnder(root);
  const isNew = await prepareAll(root, places, plan, ports);
  if (isNew) say(`首次啟動：金鑰與設定已建立於 ${root}`, `First start: keys and configuration were made in ${root}`);
  say('正在啟動，約需一分鐘。', 'Starting; this takes about a minute.');

  const supervisor = supervise(
    listProcesses(places, plan, () => registerGateways(places, plan, ports)),
    { clock, network, show: (from, line) => console.log(`[${from}] ${line}`) },
  );
  const ended = stopOnSignals(supervisor, clock, () => endPostgresAtOnce(places.postgres));
  const isReady = await Promise.race([supervisor.ready.catch((error: Error) => error), ended.then(() => false)]);
  if (isReady instanceof Error) {
    say(`無法啟動：${isReady.message}`, `Cannot start: ${isReady.message}`);
    await supervisor.stop();
    await network.close();
    return 1;
  }
  if (isReady) await announce(root, plan, ports);
  await ended;
  await network.close();
  return 0;
}

async function announce(
  root: string,
  plan: Parameters<typeof announceAddresses>[0],
  ports: Parameters<typeof writeNextSteps>[2],
): Promise<void> {
  console.log(`\n${announceAddresses(plan)}\n`);
  try {
    console.log(`接著可以試 · next you can try:\n${announceNextSteps(await writeNextSteps(root, plan, ports))}\n`);
  } catch (error) {
    say(
      `範例指令暫時無法產生（${(error as Error).message}）。`,
      `The sample commands could not be prepared (${(error as Error).message}).`,
    );
  }
  say('全部就緒。按 Ctrl-C 結束。', 'Everything is ready. Ctrl-C ends it.');
}

/** A terminal's Ctrl-C can arrive more than once: directly, and passed on by what started this process. */
const ONE_PRESS_MS = 1000;

/** Resolves when everything has ended after a signal. */
function stopOnSignals(supervisor: Supervisor, clock: Clock, endDatabase: () => void): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const stop = () => {
      if (askedAt === undefined) {
        askedAt = clock.monotonic();
        say('正在依序結束；再按一次 Ctrl-C 立即結束。', 'Ending in order; Ctrl-C again ends at once.');
        void supervisor.stop().then(resolve);
      } else if (clock.monotonic() - askedAt > ONE_PRESS_MS) {
        supervisor.kill();
        endDatabase();
      }
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

function say(zh: string, en: string): void {
  console.log(`${zh}\n${en}`);
}
