/**
 * `minben ceremony roll <folder> --successor <file>` puts the successor in the bundle key's place, and
 * `minben ceremony <folder> --instance TW --origin hub.example/log [--present officer …]`: the key ceremony
 * (docs/runbooks/key-ceremony.md). Fingerprints are printed to be read aloud; nothing secret is printed.
 */
import { parseArgs } from 'node:util';
import { createRealClock, createRealDisk, createRealRandom } from '@minben/ports';
import { type CeremonyRecord, explainStart, holdCeremony, rollBundleKey, spellFingerprint } from '@minben/registry';
import { say } from '../registry-access.ts';

export const summary = {
  'zh-TW': '金鑰儀式：產生登錄處的各項金鑰並印出指紋',
  en: 'key ceremony: make the keys of a registry and print their fingerprints',
};

export async function run(args: readonly string[]): Promise<number> {
  if (args[0] === 'roll') return roll(args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      instance: { type: 'string' },
      origin: { type: 'string' },
      present: { type: 'string', multiple: true, default: [] },
    },
  });
  const [directory] = positionals;
  if (!directory || !values.instance || !values.origin) {
    console.error(`用法 Usage:
  minben ceremony <folder> --instance TW --origin hub.example/log [--present officer …]
  minben ceremony roll <folder> --successor <successor.key>`);
    return 2;
  }
  const ports = { disk: createRealDisk(), clock: createRealClock(), random: createRealRandom() };
  const order = { instance: values.instance, origin: values.origin, witnesses: values.present };
  const record = await holdCeremony(directory, order, ports);
  if (!record.ok) {
    const texts = explainStart(record.error);
    say(texts['zh-TW'], texts.en);
    return 1;
  }
  showRecord(record.value);
  return 0;
}

async function roll(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { successor: { type: 'string' } },
  });
  const [directory] = positionals;
  if (!directory || !values.successor) {
    console.error('用法 Usage: minben ceremony roll <folder> --successor <successor.key>');
    return 2;
  }
  const ports = { disk: createRealDisk(), clock: createRealClock(), random: createRealRandom() };
  const record = await rollBundleKey(directory, values.successor, ports);
  if (!record.ok) {
    const texts = explainStart(record.error);
    say(texts['zh-TW'], texts.en);
    return 1;
  }
  showRecord(record.value);
  return 0;
}

/** What is read aloud and ticked off; public halves only. */
export function showRecord(record: CeremonyRecord): void {
  console.log(`實例 Instance: ${record.instance}\n紀錄 Log: ${record.origin}\n`);
  console.log('請兩人逐組朗讀並核對下列指紋。Two people read these fingerprints aloud, group by group, and compare:\n');
  for (const { id, kind, fingerprint } of record.keys)
    console.log(`${id.padEnd(12)} ${kind.padEnd(8)} ${spellFingerprint(fingerprint)}`);
  console.log(`${'authority'.padEnd(12)} ${'p-256'.padEnd(8)} ${spellFingerprint(record.authority)}\n`);
  console.log('接下來：把 successor/ 移到離線媒體，並分開保存各資料夾（docs/runbooks/key-ceremony.md）。');
  console.log(
    'Next: move successor/ to media that stay off-line, and keep the folders apart (docs/runbooks/key-ceremony.md).',
  );
}
