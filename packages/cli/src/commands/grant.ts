/**
 * `minben grant create|withdraw|effect <registry.json> …`: grants for operators and tests, until the consent room
 * makes them. The subject comes on standard input, so that it stands in no command line or shell history.
 */
import { parseArgs } from 'node:util';
import { operate } from '../registry-access.ts';

export const summary = {
  'zh-TW': '簽發、撤回授權憑證，或查詢撤回是否生效',
  en: 'make or withdraw a grant, or ask whether a withdrawal is effective',
};

export async function run(args: readonly string[]): Promise<number> {
  const [verb, config, ...rest] = args;
  if (!config) return usage();
  switch (verb) {
    case 'create':
      return create(config, rest);
    case 'withdraw':
      return rest[0]
        ? show(await operate(config, { method: 'POST', path: '/withdrawals', body: { jti: rest[0] } }))
        : usage();
    case 'effect':
      return rest[0]
        ? show(await operate(config, { method: 'GET', path: `/withdrawals/${encodeURIComponent(rest[0])}` }))
        : usage();
    default:
      return usage();
  }
}

function usage(): number {
  console.error(`用法 Usage:
  minben grant create <registry.json> --agreement <id> --seconds <n> --by number|reference|pseudonym [--sector <sector>]
      [--purpose <code>] [--field <path> …] [--case <id>] [--uses <n>] [--audience <gateway> …] [--presenter <gateway> …] [--json]
      當事人由標準輸入讀入 the subject is read from standard input
  minben grant withdraw <registry.json> <jti>
  minben grant effect <registry.json> <jti>`);
  return 2;
}

async function create(config: string, args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agreement: { type: 'string' },
      seconds: { type: 'string' },
      by: { type: 'string' },
      sector: { type: 'string' },
      purpose: { type: 'string' },
      field: { type: 'string', multiple: true },
      case: { type: 'string' },
      uses: { type: 'string' },
      audience: { type: 'string', multiple: true },
      presenter: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
    },
  });
  const { agreement, seconds, by, sector, purpose, field, uses, audience, presenter } = values;
  if (!agreement || !seconds || !['number', 'reference', 'pseudonym'].includes(by ?? '')) return usage();
  if (by === 'pseudonym' && !sector) return usage();
  const named = (await readStandardInput()).trim();
  const subject = by === 'pseudonym' ? { pseudonym: named, sector } : { [by as string]: named };
  const body = {
    agreement,
    subject,
    seconds: Number(seconds),
    ...(purpose === undefined ? {} : { purpose }),
    ...(field === undefined ? {} : { fields: field }),
    ...(values.case === undefined ? {} : { case: values.case }),
    ...(uses === undefined ? {} : { uses: Number(uses) }),
    ...(audience === undefined ? {} : { audience }),
    ...(presenter === undefined ? {} : { presenters: presenter }),
  };
  const created = (await operate(config, { method: 'POST', path: '/grants', body })) as
    | { token: string; jti: string }
    | undefined;
  if (!created) return 1;
  if (values.json) return show(created);
  // Only the token, so that a shell can take it into a variable; the id goes to the person.
  console.error(`jti: ${created.jti}`);
  console.log(created.token);
  return 0;
}

function show(answer: unknown): number {
  if (answer === undefined) return 1;
  console.log(JSON.stringify(answer, undefined, 2));
  return 0;
}

async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
