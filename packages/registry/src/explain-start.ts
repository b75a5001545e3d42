/** Why a registry did not start or was not made, for the person at the terminal. */
import type { Bilingual } from '@minben/kernel';
import type { RollError } from './ceremony/roll-bundle-key.ts';
import type { InitError } from './init-registry.ts';
import type { StartError } from './run-registry.ts';

const TEXTS: Partial<Record<StartError | InitError | RollError, [string, string]>> = {
  'no-witness': [
    '沒有見證者，紀錄無從察覺自己被還原成舊備份；請在 sources/witnesses/ 放入至少一個見證者的 JSON。',
    'There is no witness, so the log could not notice that it was restored from an old backup; put at least one into sources/witnesses/.',
  ],
  'token-missing': [
    '操作權杖檔不存在或過短；請放入至少 32 個字元的亂數。',
    'The operator token file or the identity secret file is missing or too short; put at least 32 random characters into it.',
  ],
  'record-missing': [
    '金鑰資料夾沒有 ceremony.json；請先執行 minben ceremony 或 minben registry init。',
    'The keys folder holds no ceremony.json; run minben ceremony or minben registry init first.',
  ],
  'record-malformed': [
    'ceremony.json 無法讀取；請由備份還原。',
    'ceremony.json cannot be read; restore it from its copy.',
  ],
  'record-signature': [
    'ceremony.json 的簽章不符，內容可能遭更改；請與儀式紀錄的指紋核對。',
    'The signature of ceremony.json does not verify; it may have been altered. Compare it with the fingerprints of the ceremony.',
  ],
  'record-incomplete': [
    'ceremony.json 缺少某項金鑰；請由備份還原。',
    'ceremony.json lacks a key; restore it from its copy.',
  ],
  'authority-missing': ['缺少憑證機構的金鑰或憑證。', 'The certificate authority’s key or certificate is missing.'],
  'authority-not-in-record': [
    '憑證機構的憑證與儀式紀錄不符。',
    'The authority’s certificate is not the one in the ceremony’s record.',
  ],
  'sector-secret-missing': [
    '缺少代號的主金鑰 identity/sectors.secret；沒有它，所有代號都無法再轉換。',
    'identity/sectors.secret is missing; without it no pseudonym can be translated again.',
  ],
  'keys-exist': [
    '資料夾裡已有金鑰，不覆寫；請換一個空的資料夾。',
    'There are keys in the folder already and they are not replaced; take an empty folder.',
  ],
  'config-exists': [
    '資料夾裡已有 registry.json，不覆寫；請換一個空的資料夾。',
    'There is a registry.json already and it is not replaced; take an empty folder.',
  ],
  'successor-missing': [
    '讀不到繼任金鑰；請指定離線保存的 successor.key。',
    'The successor key cannot be read; give the successor.key that was kept off-line.',
  ],
  'successor-not-in-record': [
    '這把金鑰不是信任清單所公告的繼任金鑰。',
    'This is not the successor key that the trust bundle announced.',
  ],
  'origin-malformed': ['紀錄名稱（origin）不可含空白或加號。', 'The log’s origin may hold no space and no plus sign.'],
  'instance-malformed': [
    '實例代號只能是 1 到 16 個英數字或連字號。',
    'The instance is 1 to 16 letters, digits or hyphens.',
  ],
};

export function explainStart(error: StartError | InitError | RollError): Bilingual {
  const [zh, en] = TEXTS[error] ?? [
    `金鑰檔有問題（${error}）：缺少、損壞，或不是儀式紀錄所載的那一把。`,
    `A key file is wrong (${error}): missing, damaged, or not the one in the ceremony’s record.`,
  ];
  return { 'zh-TW': zh, en };
}
