/**
 * The files a trust bundle is made from: `policy.json` and one JSON file for each member, gateway, service,
 * agreement, witness and purpose in the folder of that name. Reading collects every problem of every file.
 */
import { Agreement, GatewayEntry, Member, Service, Text, TrustBundle } from '@minben/exchange';
import type { Disk } from '@minben/ports';
import Type, { type Static } from 'typebox';
import { createSchemaCheck, type SourceProblem } from './schema-problems.ts';

const closed = { additionalProperties: false } as const;

const Policy = Type.Object(
  {
    policy: TrustBundle.properties.policy,
    /** How many witnesses must have cosigned before a proof is no longer provisional. */
    witnessQuorum: Type.Integer({ minimum: 0 }),
  },
  closed,
);
const Witness = Type.Object({ name: Type.String(), key: Type.String(), url: Type.String() }, closed);
const Purpose = Type.Object({ code: Type.String(), title: Text }, closed);

/** A document with the file it came from, so that problems can name it. */
export interface Sourced<T> {
  readonly file: string;
  readonly value: T;
}

export interface Sources {
  readonly policy: Static<typeof Policy>;
  readonly members: readonly Sourced<Member>[];
  readonly gateways: readonly Sourced<GatewayEntry>[];
  readonly services: readonly Sourced<Service>[];
  readonly agreements: readonly Sourced<Agreement>[];
  readonly witnesses: readonly Sourced<Static<typeof Witness>>[];
  readonly purposes: readonly Sourced<Static<typeof Purpose>>[];
}

const checkPolicy = createSchemaCheck(Policy);
const FOLDERS = {
  members: createSchemaCheck(Member),
  gateways: createSchemaCheck(GatewayEntry),
  services: createSchemaCheck(Service),
  agreements: createSchemaCheck(Agreement),
  witnesses: createSchemaCheck(Witness),
  purposes: createSchemaCheck(Purpose),
} as const;

const NO_POLICY: Static<typeof Policy> = {
  policy: { maximumAgeSeconds: 0, freshnessSeconds: 0, retrySeconds: 0 },
  witnessQuorum: 0,
};

/** Documents that fit their schema, and what is wrong with the others. */
export async function readSources(
  disk: Disk,
  directory: string,
): Promise<{ sources: Sources; problems: SourceProblem[] }> {
  const problems: SourceProblem[] = [];
  const folders: Record<string, Sourced<unknown>[]> = {};
  for (const [folder, check] of Object.entries(FOLDERS)) {
    folders[folder] = [];
    for (const name of await disk.list(`${directory}/${folder}`)) {
      if (!name.endsWith('.json')) continue;
      const file = `${folder}/${name}`;
      const value = await readJson(disk, directory, file, problems);
      if (value === undefined) continue;
      const found = check(file, value);
      problems.push(...found);
      if (found.length === 0) folders[folder].push({ file, value });
    }
  }
  const policy = await readJson(disk, directory, 'policy.json', problems);
  if (policy !== undefined) problems.push(...checkPolicy('policy.json', policy));
  const usable = policy !== undefined && checkPolicy('policy.json', policy).length === 0;
  return { sources: { ...folders, policy: usable ? policy : NO_POLICY } as unknown as Sources, problems };
}

/** Names and contents of all source files in one text, to see whether anything changed. */
export async function fingerprintSources(disk: Disk, directory: string): Promise<string> {
  const parts: string[] = [];
  const add = async (file: string): Promise<void> => {
    const bytes = await disk.read(`${directory}/${file}`);
    parts.push(`${file}\n${bytes?.toString('base64') ?? ''}`);
  };
  await add('policy.json');
  for (const folder of Object.keys(FOLDERS)) {
    for (const name of await disk.list(`${directory}/${folder}`))
      if (name.endsWith('.json')) await add(`${folder}/${name}`);
  }
  return parts.join('\n');
}

async function readJson(disk: Disk, directory: string, file: string, problems: SourceProblem[]): Promise<unknown> {
  const bytes = await disk.read(`${directory}/${file}`);
  if (bytes === undefined) {
    problems.push({ file, field: '', text: { 'zh-TW': '沒有這個檔案。', en: 'This file is missing.' } });
    return undefined;
  }
  try {
    return JSON.parse(bytes.toString());
  } catch {
    problems.push({ file, field: '', text: { 'zh-TW': '不是有效的 JSON。', en: 'This is not valid JSON.' } });
    return undefined;
  }
}
