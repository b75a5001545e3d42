/** What the operator's commands share: find the registry by its configuration, call its operator port, show refusals. */
import { dirname, resolve } from 'node:path';
import { createRealDisk, createRealNetwork, NetworkError } from '@minben/ports';
import { parseConfig, type RegistryConfig } from '@minben/registry';

/** Reads `registry.json`; prints every mistake with file and field, and answers undefined. */
export async function openConfig(path: string): Promise<RegistryConfig | undefined> {
  const bytes = await createRealDisk().read(path);
  if (!bytes) {
    say('找不到設定檔，請給 registry.json 的路徑。', 'The configuration is not there; give the path of registry.json.');
    return undefined;
  }
  const config = parseConfig(bytes.toString(), dirname(resolve(path)));
  if (config.ok) return config.value;
  showProblems(config.error);
  return undefined;
}

/** Calls the operator port; prints a refusal or an outage in both languages and answers undefined. */
export async function operate(path: string, call: { method: string; path: string; body?: object }): Promise<unknown> {
  const config = await openConfig(path);
  if (!config) return undefined;
  const token = (await createRealDisk().read(config.operator.tokenFile))?.toString().trim();
  if (!token) {
    say('讀不到操作權杖檔。', 'The operator token file cannot be read.');
    return undefined;
  }
  const network = createRealNetwork();
  try {
    const answer = await network.request({
      method: call.method,
      url: `http://${config.operator.host}:${config.operator.port}${call.path}`,
      headers: [['authorization', `Bearer ${token}`]],
      ...(call.body === undefined ? {} : { body: Buffer.from(JSON.stringify(call.body)) }),
      timeoutMs: 30_000,
    });
    const value = JSON.parse(Buffer.from(answer.body).toString()) as Refusal;
    if (answer.status < 300) return value;
    showRefusal(value);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    say(
      `連不上登錄處（${error.reason}）；請確認它正在執行。`,
      `The registry cannot be reached (${error.reason}); check that it runs.`,
    );
  } finally {
    await network.close();
  }
  return undefined;
}

export function say(zh: string, en: string): void {
  console.error(`${zh}\n${en}`);
}

interface Problem {
  readonly file: string;
  readonly field: string;
  readonly text: { readonly 'zh-TW': string; readonly en: string };
}

interface Refusal {
  readonly rule?: string;
  readonly translations?: Record<'zh-TW' | 'en', { readonly title: string; readonly remedy: string }>;
  readonly problems?: readonly Problem[];
}

function showRefusal(refusal: Refusal): void {
  const { translations } = refusal;
  if (translations)
    say(
      ...(['zh-TW', 'en'].map((language) => {
        const { title, remedy } = translations[language as 'en'];
        return `${title}${language === 'en' ? ' ' : ''}${remedy}`;
      }) as [string, string]),
    );
  if (refusal.problems) showProblems(refusal.problems);
}

export function showProblems(problems: readonly Problem[]): void {
  for (const { file, field, text } of problems)
    console.error(`  ${file}${field === '' ? '' : ` ${field}`}: ${text['zh-TW']} ${text.en}`);
}
