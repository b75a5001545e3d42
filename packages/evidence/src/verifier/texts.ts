/** What each claim says to a person, when it holds and when it does not. */
import type { Claim, ClaimName } from './model.ts';

type Text = Claim['text'];

const TEXTS: Readonly<Record<ClaimName, { readonly holds: Text; readonly fails: Text }>> = {
  'well-formed': {
    holds: { 'zh-TW': '收據格式正確。', en: 'The receipt is well formed.' },
    fails: {
      'zh-TW': '收據格式不正確或不完整,請向提供者重新索取。',
      en: 'The receipt is malformed or incomplete; ask for it again.',
    },
  },
  'details-canonical': {
    holds: { 'zh-TW': '內容為唯一的標準寫法。', en: 'The details are in their one canonical spelling.' },
    fails: {
      'zh-TW': '內容不是標準寫法,不得採信。',
      en: 'The details are not in canonical spelling and cannot be relied on.',
    },
  },
  'log-trusted': {
    holds: { 'zh-TW': '此紀錄在您的信任清單內。', en: 'The log is on your list of trusted logs.' },
    fails: { 'zh-TW': '此紀錄不在您的信任清單內。', en: 'The log is not on your list of trusted logs.' },
  },
  'entry-included': {
    holds: { 'zh-TW': '這筆內容確實記載於該紀錄。', en: 'Exactly these details stand in the log.' },
    fails: {
      'zh-TW': '證明不能顯示這筆內容記載於該紀錄:內容、鹽值或證明已被更動或不相符。',
      en: 'The proof does not show these details in the log: details, salt or proof were altered or do not belong together.',
    },
  },
  'checkpoint-signed': {
    holds: { 'zh-TW': '紀錄的樹頭由該紀錄的金鑰簽署。', en: "The log's head is signed with the log's key." },
    fails: { 'zh-TW': '樹頭沒有該紀錄金鑰的有效簽章。', en: "The head has no valid signature of the log's key." },
  },
  'cosignatures-valid': {
    holds: { 'zh-TW': '沒有已知見證者的會簽是無效的。', en: 'No cosignature of a known witness is invalid.' },
    fails: {
      'zh-TW': '有已知見證者的會簽無效:會簽已被更動。',
      en: 'A cosignature of a known witness is invalid: it was altered.',
    },
  },
  witnessed: {
    holds: { 'zh-TW': '足夠的見證者已會簽此樹頭。', en: 'Enough witnesses have cosigned this head.' },
    fails: {
      'zh-TW': '會簽的見證者不足:證明仍屬暫時,請稍後重新索取收據。',
      en: 'Too few witnesses have cosigned: the proof is provisional. Ask for the receipt again later.',
    },
  },
  'key-not-revoked': {
    holds: { 'zh-TW': '簽署時該紀錄的金鑰有效。', en: "The log's key was valid for this head." },
    fails: {
      'zh-TW': '該紀錄的金鑰已撤銷,且此樹頭不在撤銷前經會簽的範圍內。',
      en: "The log's key is revoked, and this head is not among those cosigned before.",
    },
  },
  'origin-matches': {
    holds: { 'zh-TW': '內容所述的紀錄就是證明所屬的紀錄。', en: 'The details name the very log of the proof.' },
    fails: {
      'zh-TW': '內容所述的紀錄與證明所屬的紀錄不同。',
      en: 'The details name another log than that of the proof.',
    },
  },
  'gateway-matches': {
    holds: {
      'zh-TW': '發送的閘道就是以此紀錄簽署的閘道。',
      en: 'The sending gateway is the one that signs in this log.',
    },
    fails: {
      'zh-TW': '發送的閘道不是以此紀錄簽署的閘道。',
      en: 'The sending gateway is not the one that signs in this log.',
    },
  },
  'same-message': {
    holds: { 'zh-TW': '所有項目屬於同一則訊息。', en: 'All entries belong to one message.' },
    fails: { 'zh-TW': '項目不屬於同一則訊息。', en: 'The entries do not belong to one message.' },
  },
  'request-linked': {
    holds: { 'zh-TW': '回應所答覆的就是這個請求。', en: 'The answer answers this very request.' },
    fails: { 'zh-TW': '回應所答覆的不是這個請求。', en: 'The answer does not answer this request.' },
  },
  'roles-match': {
    holds: { 'zh-TW': '雙方機關與閘道在請求與回應中一致。', en: 'Both sides are the same in request and answer.' },
    fails: { 'zh-TW': '雙方機關或閘道在請求與回應中不一致。', en: 'The two sides differ between request and answer.' },
  },
};

export function makeClaim(name: ClaimName, holds: boolean, entry?: number): Claim {
  return {
    name,
    holds,
    ...(entry === undefined ? {} : { entry }),
    text: holds ? TEXTS[name].holds : TEXTS[name].fails,
  };
}
