/**
 * `minben verify <receipt.json> --policy <policy.json>`: whether a receipt proves what it says, off-line. The policy
 * (log keys, witnesses, quorum) is the reader's own. Exit status 0 only if every claim holds; 3 when nothing but
 * witnesses is missing (provisional), 1 when a claim does not hold, 2 when the call itself was wrong.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Claim, type TrustPolicy, type Verification, verifyReceipt } from '@minben/evidence';

export const summary = {
  'zh-TW': '離線驗證收據',
  en: 'verify a receipt off-line',
};

const USAGE =
  '用法 Usage: minben verify <receipt.json> --policy <policy.json> [--json] [--provisional-ok]\n' +
  '  --json            輸出 JSON;print JSON\n' +
  '  --provisional-ok  只缺見證者時也以 0 結束;exit 0 as well when only witnesses are missing';

/** A receipt is a few kilobytes; nobody verifies a gigabyte by mistake. */
const MAXIMUM_BYTES = 4 * 1024 * 1024;

export async function run(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  if (call === undefined) {
    console.error(USAGE);
    return 2;
  }
  const policy = await readJson(call.policy, '信任政策', 'trust policy');
  const receipt = await readJson(call.receipt, '收據', 'receipt');
  if (policy === undefined || receipt === undefined) return 2;
  let verification: Verification;
  try {
    verification = await verifyReceipt(receipt.value, policy.value as TrustPolicy);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(
      `信任政策不正確,請向登錄機關索取。The trust policy is not one; ask the registry for it: ${error.message}`,
    );
    return 2;
  }
  console.log(call.json ? JSON.stringify(verification, null, 2) : describe(verification));
  if (verification.ok) return 0;
  if (!verification.provisional) return 1;
  return call.provisionalOk ? 0 : 3;
}

function readCall(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { policy: { type: 'string' }, json: { type: 'boolean' }, 'provisional-ok': { type: 'boolean' } },
    });
    const [receipt, ...more] = positionals;
    if (receipt === undefined || more.length > 0 || values.policy === undefined) return undefined;
    return {
      receipt,
      policy: values.policy,
      json: values.json === true,
      provisionalOk: values['provisional-ok'] === true,
    };
  } catch {
    return undefined;
  }
}

/** The JSON in a file; a file that holds none is `{ value: undefined }`, which no receipt and no policy is. */
async function readJson(path: string, zh: string, en: string): Promise<{ readonly value: unknown } | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch {
    console.error(`讀不到${zh}檔案「${path}」。The ${en} "${path}" cannot be read.`);
    return undefined;
  }
  try {
    return { value: bytes.length > MAXIMUM_BYTES ? undefined : JSON.parse(bytes.toString('utf8')) };
  } catch {
    return { value: undefined };
  }
}

function describe(verification: Verification): string {
  const lines: string[] = [];
  let heading: number | undefined = -1;
  for (const claim of verification.claims) {
    if (claim.entry !== heading && (claim.entry !== undefined || heading !== -1)) lines.push(headingOf(claim));
    heading = claim.entry;
    const mark = claim.holds ? '✓' : '✗';
    lines.push(` ${mark} ${claim.text['zh-TW']}`, `   ${claim.text.en}`);
  }
  return [...lines, '', ...conclude(verification)].join('\n');
}

function headingOf({ entry }: Claim): string {
  return entry === undefined ? '整則訊息 The message as a whole' : `第 ${entry + 1} 筆 Entry ${entry + 1}`;
}

function conclude({ ok, provisional, time }: Verification): string[] {
  const stamp = time === undefined ? undefined : new Date(time * 1000).toISOString();
  if (ok) {
    const when = stamp === undefined ? [] : [`見證時間 Witnessed by: ${stamp}`];
    return ['結果:每一項都成立。', 'Result: every claim holds.', ...when];
  }
  if (provisional) return ['結果:暫時成立,尚缺見證者會簽。', 'Result: provisional; nothing is missing but witnesses.'];
  return ['結果:不成立,請勿採信。', 'Result: not proven; do not rely on it.'];
}
