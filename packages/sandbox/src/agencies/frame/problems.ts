/** Refusals of an agency's system, each with what happened and what to do, in both languages. */
import { type Problem, problemType } from '@minben/kernel';

const texts = {
  'gateway-secret': [
    403,
    ['這個系統只接受本機關閘道的呼叫。', 'This system takes calls from its own gateway only.'],
    ['請經由機關的 T-Road 閘道呼叫本服務。', "Call this service through the agency's T-Road gateway."],
  ],
  handover: [
    400,
    [
      '呼叫沒有帶齊當事人、目的、欄位與訊息編號，或格式不符。',
      'The call lacks subject, purpose, fields or message id, or one of them is malformed.',
    ],
    [
      '請由閘道設定 T-Road-Subject、T-Road-Purpose、T-Road-Fields、T-Road-Message-Id。',
      'Let the gateway set T-Road-Subject, T-Road-Purpose, T-Road-Fields and T-Road-Message-Id.',
    ],
  ],
  body: [
    400,
    ['送來的內容與 API 文件不符。', 'The body does not match the API document.'],
    ['請對照 /openapi.json 修正後再送。', 'Correct it after /openapi.json and send it again.'],
  ],
  'unknown-subject': [
    404,
    ['本機關的登記中沒有這位當事人。', 'This register holds no record of the person.'],
    [
      '請確認資料是否由其他機關掌管；若應有登記，請向本機關申請更正。',
      'Check whether another agency keeps the data; if there should be a record, ask this agency to correct it.',
    ],
  ],
  'enrolment-unfinished': [
    503,
    [
      '本機關的代號登錄尚未完成，暫時無法對應當事人。',
      'The register has not finished enrolling pseudonyms and cannot match the person yet.',
    ],
    ['請稍後再試。', 'Try again shortly.'],
  ],
  'no-such-record': [
    404,
    ['當事人名下沒有所指的車輛或駕照。', 'The person has no such vehicle or licence.'],
    ['請確認車號或駕照種類。', 'Check the plate or the class of licence.'],
  ],
  'message-id-reused': [
    409,
    ['同一訊息編號已用於另一件申請。', 'The message id was already used for another request.'],
    ['請以新的訊息編號重送。', 'Send it again under a new message id.'],
  ],
  'unknown-route': [
    404,
    ['沒有這個服務路徑。', 'There is no such path.'],
    ['請查閱 /openapi.json。', 'See /openapi.json.'],
  ],
  'internal-error': [
    500,
    ['系統發生錯誤，這次呼叫沒有完成。', 'The system failed; the call was not completed.'],
    [
      '請稍後再試；若持續發生，請聯絡機關的系統人員。',
      "Try again later; if it persists, contact the agency's operators.",
    ],
  ],
} as const;

export type AgencyRule = keyof typeof texts;

export function agencyProblem(rule: AgencyRule): Problem {
  const [status, title, remedy] = texts[rule];
  return {
    type: problemType(rule),
    status,
    title: { 'zh-TW': title[0], en: title[1] },
    hop: 'agency-system',
    rule,
    remedy: { 'zh-TW': remedy[0], en: remedy[1] },
  };
}

/** Thrown inside a route to answer with a refusal. */
export class Refusal extends Error {
  readonly rule: AgencyRule;
  constructor(rule: AgencyRule) {
    super(rule);
    this.name = 'Refusal';
    this.rule = rule;
  }
}
