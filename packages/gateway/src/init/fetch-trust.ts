/** The step that brings trust: the bundle from the registry, accepted only under the keys that people handed over. */
import { acceptBundle, SealedBundle, type TrustBundle } from '@minben/exchange';
import { NetworkError } from '@minben/ports';
import { Compile } from 'typebox/compile';
import { done, type InitProgress, type InitStep, missing } from './model.ts';

const check = Compile(SealedBundle);
const TIMEOUT_MS = 15_000;
const MAXIMUM_BYTES = 64 * 1024 * 1024;

export async function fetchTrust(progress: InitProgress): Promise<InitStep> {
  const { options, ports } = progress;
  const sealed = await fetchBundle(progress);
  if (sealed === undefined) {
    return missing(
      'trust',
      [
        `登錄處 ${options.registryUrl} 沒有回覆信任清單。`,
        `The registry at ${options.registryUrl} gave no trust bundle.`,
      ],
      [
        '請檢查網址與網路，並確認登錄處已啟動。',
        'Check the address and the network, and that the registry is running.',
      ],
    );
  }
  const { bundleKey, hubLogKey } = options;
  if (bundleKey === undefined || hubLogKey === undefined) return askForKeys(sealed);
  const accepted = acceptBundle(sealed, { pinnedKey: bundleKey, hubLogKey }, Math.floor(ports.clock.now() / 1000));
  if (!accepted.ok) {
    return missing(
      'trust',
      [`信任清單未通過檢查（${accepted.error}）。`, `The trust bundle was not accepted (${accepted.error}).`],
      [
        '請向登錄處核對金鑰；若金鑰無誤，切勿使用此登錄處並通報。',
        'Compare the keys with the registry’s operator; if they are right, do not use this registry and report it.',
      ],
    );
  }
  progress.bundle = accepted.value;
  return done(
    'trust',
    `已驗證信任清單第 ${accepted.value.version} 版。`,
    `Version ${accepted.value.version} of the trust bundle is verified.`,
  );
}

async function fetchBundle({ options, ports }: InitProgress): Promise<SealedBundle | undefined> {
  try {
    const url = `${options.registryUrl.replace(/\/+$/, '')}/bundle?after=0&wait=0`;
    const answer = await ports.network.request({
      method: 'GET',
      url,
      timeoutMs: TIMEOUT_MS,
      maximumBytes: MAXIMUM_BYTES,
    });
    const value: unknown = answer.status === 200 ? JSON.parse(Buffer.from(answer.body).toString('utf8')) : undefined;
    return check.Check(value) ? value : undefined;
  } catch (error) {
    if (error instanceof NetworkError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whoever serves the bundle could serve other keys too; so a person compares them before anything is trusted. */
function askForKeys(sealed: SealedBundle): InitStep {
  const { keys, hub } = JSON.parse(sealed.details) as TrustBundle;
  return missing(
    'trust',
    [
      '尚未指定登錄處的金鑰；登錄處目前出示如下，未經核對不得採信。',
      'The keys of the registry are not given yet; it shows these, which prove nothing until compared.',
    ],
    [
      '請以電話或公文向登錄處核對，再以下列參數重新執行。',
      'Compare them with the registry’s operator by telephone or letter, then run again with these options.',
    ],
    [`--bundle-key ${keys.bundle}`, `--hub-log-key '${hub.logKey}'`],
  );
}
