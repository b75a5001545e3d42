/**
 * What the files say together: ids are of their form and stand once, what one names another holds, keys can be
 * read. Pure; collects every problem, since a person corrects files, not one file.
 */

import { parseVerifierKey } from '@minben/evidence';
import { compileGlob, isFieldPath, readBundleKey, readLogKey } from '@minben/exchange';
import { parseGatewayId, parseMemberId, parsePurposeCode, parseServiceId } from '@minben/kernel';
import type { Sourced, Sources } from './read-sources.ts';
import type { SourceProblem } from './schema-problems.ts';

/** What the registry itself brings: gateways may not take its log's name. */
export interface OwnNames {
  readonly instance: string;
  readonly hubOrigin: string;
}

export function checkSources(sources: Sources, own: OwnNames): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const say = (file: string, field: string, zh: string, en: string): void => {
    problems.push({ file, field, text: { 'zh-TW': zh, en } });
  };
  const unknown = (file: string, field: string, name: string): void =>
    say(file, field, `沒有 ${name}。`, `There is no ${name}.`);
  const expectOnce = <T>(items: readonly Sourced<T>[], field: string, keyOf: (item: T) => string): Map<string, T> => {
    const seen = new Map<string, string>();
    for (const { file, value } of items) {
      const other = seen.get(keyOf(value));
      if (other !== undefined) say(file, field, `與 ${other} 重複。`, `The same stands in ${other}.`);
      seen.set(keyOf(value), file);
    }
    return new Map(items.map(({ value }) => [keyOf(value), value]));
  };
  const expectForm = (file: string, ok: boolean, field: string): void => {
    if (!ok) say(file, field, '代號的格式不符。', 'The id does not have its form.');
  };
  const expectPeriod = (file: string, { validFrom, validUntil }: { validFrom: number; validUntil: number }): void => {
    if (validUntil <= validFrom) say(file, 'validUntil', '結束須晚於開始。', 'The end must be after the beginning.');
  };

  const members = expectOnce(sources.members, 'id', (member) => member.id);
  const gateways = expectOnce(sources.gateways, 'id', (gateway) => gateway.id);
  const services = expectOnce(sources.services, 'id', (service) => service.id);
  expectOnce(sources.agreements, 'id', (agreement) => agreement.id);
  expectOnce(sources.witnesses, 'name', (witness) => witness.name);
  const purposes = expectOnce(sources.purposes, 'code', (purpose) => purpose.code);
  const origins = sources.gateways.map(({ file, value }) => ({ file, value: value.origin }));
  expectOnce([{ file: 'registry', value: own.hubOrigin }, ...origins], 'origin', (origin) => origin);
  expectOnce(
    sources.gateways.flatMap(({ file, value }) =>
      value.certificates.map((certificate) => ({ file, value: certificate })),
    ),
    'certificates',
    (certificate) => certificate,
  );
  const hasSubsystem = (id: string): boolean => {
    const member = members.get(id.split('/', 3).join('/'));
    const code = id.split('/')[3];
    return member !== undefined && code !== undefined && member.subsystems.includes(code);
  };

  for (const { file, value } of sources.members) {
    expectForm(file, parseMemberId(value.id).ok && value.id.startsWith(`${own.instance}/`), 'id');
    if (!/^[a-z0-9-]{1,64}$/.test(value.sector))
      say(file, 'sector', '只能用小寫英數與連字號。', 'Use lower-case letters, digits and hyphens.');
  }
  for (const { file, value } of sources.gateways) {
    expectForm(file, parseGatewayId(value.id).ok && value.id.startsWith(`${value.member}/`), 'id');
    if (!members.has(value.member)) unknown(file, 'member', value.member);
    if (readLogKey(value.logKey)?.name !== value.origin)
      say(file, 'logKey', '不是這個紀錄的金鑰。', 'This is not the key of that log.');
    if (!readBundleKey(value.sealingKey)) say(file, 'sealingKey', '金鑰無法讀取。', 'The key cannot be read.');
    if (!/^[^\s/:]+:\d{1,5}$/.test(value.address)) say(file, 'address', '格式應為 主機:埠。', 'Write host:port.');
    if (!URL.canParse(value.publicUrl)) say(file, 'publicUrl', '不是網址。', 'This is not a URL.');
    expectPeriod(file, value);
  }
  for (const { file, value } of sources.services) {
    expectForm(file, parseServiceId(value.id).ok, 'id');
    const provider = value.id.split('/', 4).join('/');
    if (!hasSubsystem(provider)) unknown(file, 'id', provider);
    value.gateways.forEach((id, position) => {
      const gateway = gateways.get(id);
      if (!gateway || !value.id.startsWith(`${gateway.member}/`)) unknown(file, `gateways[${position}]`, id);
    });
    if (value.gateways.length === 0) say(file, 'gateways', '至少要有一個閘道。', 'Name at least one gateway.');
    checkEndpoints(file, value.endpoints, say);
  }
  for (const { file, value } of sources.agreements) {
    if (!hasSubsystem(value.client)) unknown(file, 'client', value.client);
    if (!services.has(value.service)) unknown(file, 'service', value.service);
    value.purposes.forEach((code, position) => {
      if (!purposes.has(code)) unknown(file, `purposes[${position}]`, code);
    });
    if (value.fields !== 'whole-document') {
      value.fields.forEach((path, position) => {
        if (!isFieldPath(path)) say(file, `fields[${position}]`, '不是欄位路徑。', 'This is not a field path.');
      });
    }
    checkEndpoints(file, value.endpoints, say);
    expectPeriod(file, value);
  }
  for (const { file, value } of sources.witnesses) {
    const key = parseVerifierKey(value.key);
    if (!key.ok || key.value.name !== value.name || key.value.type !== 'witness') {
      say(file, 'key', '不是這個見證者的金鑰。', 'This is not a key of that witness.');
    }
    if (!URL.canParse(value.url)) say(file, 'url', '不是網址。', 'This is not a URL.');
  }
  for (const { file, value } of sources.purposes) expectForm(file, parsePurposeCode(value.code).ok, 'code');
  if (sources.policy.witnessQuorum > sources.witnesses.length) {
    say('policy.json', 'witnessQuorum', '超過見證者的數目。', 'This exceeds the number of witnesses.');
  }
  return problems;
}

function checkEndpoints(
  file: string,
  endpoints: readonly { method: string; path: string }[],
  say: (file: string, field: string, zh: string, en: string) => void,
): void {
  endpoints.forEach(({ method, path }, position) => {
    if (!/^([A-Z]+|\*)$/.test(method))
      say(file, `endpoints[${position}].method`, '不是 HTTP 方法。', 'This is not an HTTP method.');
    try {
      compileGlob(path);
    } catch {
      say(file, `endpoints[${position}].path`, '不是路徑樣式。', 'This is not a path pattern.');
    }
  });
}
