/**
 * Every refusal of the registry: what happened and what to do, in both languages (PROTOCOL 18). Sentences are
 * fixed; which items of a list are meant is told by position, never by content, since the content may be a person's.
 */
import { timingSafeEqual } from 'node:crypto';
import { type Bilingual, chooseLanguage, problemMediaType, problemType, writeProblem } from '@minben/kernel';
import type { HttpRequest, HttpResponse } from '@minben/ports';

interface Entry {
  readonly status: number;
  readonly title: Bilingual;
  readonly remedy: Bilingual;
}

const say = (status: number, title: [string, string], remedy: [string, string]): Entry => ({
  status,
  title: { 'zh-TW': title[0], en: title[1] },
  remedy: { 'zh-TW': remedy[0], en: remedy[1] },
});

export const PROBLEMS = {
  'not-found': say(404, ['沒有這個位址。', 'There is nothing at this address.'], ['請核對路徑。', 'Check the path.']),
  'method-not-allowed': say(
    405,
    ['此位址不接受這個方法。', 'This address does not take that method.'],
    ['請依 README 所列方法呼叫。', 'Use the method that the README names.'],
  ),
  'body-malformed': say(
    400,
    ['內容不是所要求的 JSON。', 'The body is not the JSON that is asked for.'],
    ['請依文件核對欄位。', 'Compare the fields with the documentation.'],
  ),
  'token-missing-or-wrong': say(
    401,
    ['缺少操作權杖，或權杖不符。', 'The operator token is missing or wrong.'],
    ['請以 Authorization: Bearer 附上權杖檔的內容。', 'Send the content of the token file as Authorization: Bearer.'],
  ),
  'not-the-gateway': say(
    403,
    ['只有樞紐閘道可以呼叫身分服務。', 'Only the gateway of the hub may call identity.'],
    ['請經由自己機關的閘道呼叫。', 'Call it through the gateway of your own member.'],
  ),
  'certificate-not-of-this-gateway': say(
    403,
    ['此憑證不屬於所稱的閘道。', 'This certificate does not belong to the named gateway.'],
    ['請以該閘道已登記的憑證連線。', 'Connect with a certificate registered for that gateway.'],
  ),
  'status-list-ahead': say(
    409,
    [
      '閘道所知的撤回清單比樞紐新，樞紐可能遺失資料。',
      'The gateway knows a newer status list than the hub, which may have lost data.',
    ],
    [
      '在查明之前，依同意而為的呼叫應停止；請通知樞紐管理者。',
      'Calls under consent stay stopped until this is cleared up; tell the operator of the hub.',
    ],
  ),
  'acknowledges-unknown-version': say(
    400,
    ['確認了自己尚未套用的版本。', 'A version is acknowledged that the gateway has not applied.'],
    ['acknowledged 不得大於 known。', 'Send no acknowledged above known.'],
  ),
  'hub-not-writable': say(
    503,
    ['樞紐的紀錄暫時無法寫入，因此不核發。', 'The hub cannot write its log at present, so nothing is issued.'],
    ['請稍後再試；管理者請查看 /readyz 的原因。', 'Try again later; operators find the reason at /readyz.'],
  ),
  'renewal-abandoned': say(408, ['呼叫端已離線。', 'The caller went away.'], ['請重新連線。', 'Connect again.']),
  'grant-unknown': say(
    404,
    ['沒有這份授權。', 'There is no such grant.'],
    ['請核對 jti；逾期已久的授權不再保留。', 'Check the jti; grants long expired are not kept.'],
  ),
  'not-withdrawn': say(
    404,
    ['這份授權並未撤回。', 'This grant has not been withdrawn.'],
    ['如要撤回，請 POST /withdrawals。', 'To withdraw it, POST /withdrawals.'],
  ),
  'agreement-unknown': say(
    422,
    ['沒有這份介接協議。', 'There is no such agreement.'],
    ['請核對協議代號與信任清單版本。', 'Check the agreement id and the bundle version.'],
  ),
  'agreement-not-consent': say(
    422,
    ['此協議以法律為依據，不需授權憑證。', 'This agreement rests on a statute and takes no grant.'],
    ['請直接呼叫，並以 /subjects 取得當事人代號。', 'Call without one, and obtain the subject from /subjects.'],
  ),
  'agreement-not-in-force': say(
    422,
    ['協議尚未生效、已屆期或已暫停。', 'The agreement is not in force, has ended or is suspended.'],
    ['請待協議生效或恢復。', 'Wait until it is in force again.'],
  ),
  'purpose-outside-agreement': say(
    422,
    ['協議不包含此目的。', 'The agreement does not hold this purpose.'],
    ['請使用協議所列的目的。', 'Use a purpose that the agreement names.'],
  ),
  'fields-outside-agreement': say(
    422,
    ['要求的欄位超出協議。', 'The fields go beyond the agreement.'],
    ['請只要求協議所列的欄位。', 'Ask only for fields that the agreement names.'],
  ),
  'gateway-outside-agreement': say(
    422,
    ['所列閘道不屬於協議的任一方。', 'A named gateway belongs to neither side of the agreement.'],
    ['請只列雙方的閘道。', 'Name gateways of the two sides only.'],
  ),
  'counted-grant-needs-one-gateway': say(
    422,
    ['限次授權只能由一個閘道受理。', 'A grant with counted uses must name exactly one gateway.'],
    ['請在 audience 指定一個閘道。', 'Name one gateway in audience.'],
  ),
  'grant-too-large': say(
    422,
    ['授權憑證超過 4 KiB。', 'The grant would exceed 4 KiB.'],
    ['請減少欄位或閘道。', 'Name fewer fields or gateways.'],
  ),
  'validity-out-of-range': say(
    422,
    ['有效期間過長或過短。', 'The validity is too long or too short.'],
    ['請給 1 秒到 366 天。', 'Give 1 second to 366 days.'],
  ),
  'subject-unreadable': say(
    422,
    ['當事人代號無法讀取，或不屬於該領域。', 'The subject cannot be read or does not belong to that sector.'],
    ['請使用本部會領域的代號或人員參照。', 'Use a pseudonym of the sector or a person reference.'],
  ),
  'numbers-not-accepted': say(
    403,
    ['此環境不接受以統一編號指定當事人。', 'This installation does not take national numbers for a subject.'],
    ['請使用代號或人員參照；僅沙盒接受編號。', 'Use a pseudonym or a reference; only the sandbox takes numbers.'],
  ),
  'number-invalid': say(
    422,
    ['統一編號的檢查碼不符。', 'A national number fails its check digit.'],
    ['請更正後重送；problem 的 positions 指出位置。', 'Correct and send again; positions tells which.'],
  ),
  'too-many-items': say(
    413,
    ['一次最多 500 筆。', 'At most 500 items a call.'],
    ['請分批送出。', 'Send them in parts.'],
  ),
  'caller-unknown': say(
    403,
    ['呼叫的子系統不在信任清單中。', 'The calling subsystem is not in the trust bundle.'],
    [
      '此服務只經閘道提供；請確認子系統已登記。',
      'This service is reached through gateways only; check that the subsystem is registered.',
    ],
  ),
  'no-statutory-agreement': say(
    403,
    ['沒有允許此呼叫的法定協議。', 'No statutory agreement allows this.'],
    ['請先登記協議；依同意者請使用授權憑證。', 'Register the agreement first; under consent, use a grant.'],
  ),
  'gateway-invalid': say(
    422,
    ['閘道的登記內容有誤。', 'The gateway registration is wrong.'],
    ['請依 problems 所列欄位更正。', 'Correct the fields listed in problems.'],
  ),
  'request-refused': say(
    422,
    ['憑證請求無法接受。', 'The certificate request cannot be accepted.'],
    ['請以 P-256 金鑰重新產生 CSR。', 'Make a new request with a P-256 key.'],
  ),
  'sources-invalid': say(
    422,
    ['來源檔有誤，未發布新版。', 'The source files are wrong; nothing was published.'],
    ['請依 problems 更正後再發布。', 'Correct what problems lists and publish again.'],
  ),
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** The refusal as an answer. `extra` holds positions, names of fields and the like, never content. */
export function refuse(request: HttpRequest, name: ProblemName, extra: Record<string, unknown> = {}): HttpResponse {
  const { status, title, remedy } = PROBLEMS[name];
  const language = chooseLanguage(headerOf(request, 'accept-language'));
  const problem = writeProblem(
    { type: problemType(name), status, title, remedy, hop: 'registry', rule: name },
    language,
  );
  const body = Buffer.from(JSON.stringify({ ...problem, ...extra }));
  return {
    status,
    headers: [
      ['content-type', problemMediaType],
      ['cache-control', 'no-store'],
    ],
    body,
  };
}

/** First value of a header; names are lower case. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  return request.headers.find(([key]) => key === name)?.[1];
}

/** Whether the request carries exactly this value in the header; the comparison takes the same time wherever they differ. */
export function hasSecret(request: HttpRequest, header: string, wanted: string): boolean {
  const given = Buffer.from(headerOf(request, header) ?? '');
  const expected = Buffer.from(wanted);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
