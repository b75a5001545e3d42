/** Why a call is refused for what it asks or how it is written (PROTOCOL 4, 6, 11, 19, 23). */
import { describe } from './describe.ts';

export const RULES_OF_THE_REQUEST = {
  'protocol-version-unsupported': describe(
    400,
    'Client.BadRequest',
    18,
    ['不支援此訊息協定版本。', 'This version of the message protocol is not supported.'],
    ['請以 /r1/ 開頭的路徑呼叫。', 'Call a path that begins with /r1/.'],
  ),
  'identifier-malformed': describe(
    400,
    'Client.BadRequest',
    18,
    [
      '服務識別碼不完整或含有不允許的字元。',
      'The service identifier is incomplete or holds characters that are not allowed.',
    ],
    [
      '路徑須為 /r1/{instance}/{class}/{member}/{subsystem}/{service}，各段分別做百分號編碼。',
      'Write /r1/{instance}/{class}/{member}/{subsystem}/{service}, each part percent-encoded by itself.',
    ],
  ),
  'header-malformed': describe(
    400,
    'Client.BadRequest',
    18,
    ['某個 X-Road 標頭的格式錯誤。', 'One of the X-Road headers is malformed.'],
    [
      '請依 X-Road REST 訊息協定第 1 版更正 about 所指的標頭。',
      'Correct the header named in about, following the X-Road REST message protocol, version 1.',
    ],
  ),
  'header-missing': describe(
    400,
    'Client.BadRequest',
    18,
    ['缺少必要的標頭 X-Road-Client。', 'The mandatory header X-Road-Client is missing.'],
    [
      '請在 X-Road-Client 填入呼叫端子系統，例如 TW/GOV/A02/portal。',
      'Send X-Road-Client with the calling subsystem, for example TW/GOV/A02/portal.',
    ],
  ),
  'path-not-normalised': describe(
    400,
    'Client.BadRequest',
    6,
    ['路徑不是正規形式，閘道不會代為改寫。', 'The path is not in normal form, and the gateway never rewrites one.'],
    [
      '請去除「.」、「..」、「//」、「;」、反斜線與多餘的百分號編碼，百分號後用大寫十六進位。',
      'Remove dot segments, double slashes, semicolons, backslashes and needless percent-encodings; write percent-encodings in upper case.',
    ],
  ),
  'client-unknown': describe(
    403,
    'UnknownMember',
    11,
    ['信任清單中沒有這個呼叫端子系統。', 'The trust bundle knows no such client subsystem.'],
    [
      '請核對 X-Road-Client；若為新子系統，請先向登錄處登記。',
      'Check X-Road-Client; if the subsystem is new, have it registered first.',
    ],
  ),
  'client-not-here': describe(
    403,
    'AccessDenied',
    11,
    [
      '這個呼叫端子系統不屬於本閘道的機關。',
      'This client subsystem does not belong to the member that this gateway serves.',
    ],
    ['請改由所屬機關的閘道呼叫。', 'Call through the gateway of the member that owns the subsystem.'],
  ),
  'service-unknown': describe(
    404,
    'UnknownService',
    11,
    ['信任清單中沒有這項服務。', 'The trust bundle knows no such service.'],
    [
      '請以 listMethods 查詢該子系統提供的服務，並核對識別碼。',
      'Ask listMethods which services the subsystem offers, and check the identifier.',
    ],
  ),
  'server-unknown': describe(
    404,
    'UnknownMember',
    11,
    [
      'X-Road-Security-Server 所指的閘道不提供這項服務。',
      'The gateway named in X-Road-Security-Server does not serve this service.',
    ],
    ['請去掉該標頭，或改填提供此服務的閘道。', 'Leave the header out, or name a gateway that serves the service.'],
  ),
  'method-not-known': describe(
    405,
    'Client.BadRequest',
    11,
    ['不支援此 HTTP 方法。', 'This HTTP method is not supported.'],
    [
      '請使用 DELETE、GET、HEAD、OPTIONS、PATCH、POST、PUT 或 TRACE。',
      'Use DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or TRACE.',
    ],
  ),
  'no-agreement': describe(
    403,
    'AccessDenied',
    11,
    ['貴單位與此服務之間沒有介接協議。', 'There is no agreement between this client and this service.'],
    [
      '請先向提供機關申請介接協議，待登錄處公布後再呼叫。',
      'Ask the provider for an agreement, and call again once the registry has published it.',
    ],
  ),
  'agreement-suspended': describe(
    403,
    'ServiceDisabled',
    11,
    ['介接協議已暫停。', 'The agreement is suspended.'],
    [
      '請聯絡 about 所列的暫停方（consumer、provider 或 platform）。',
      'Contact the party named in about that suspended it (consumer, provider or platform).',
    ],
  ),
  'agreement-expired': describe(
    403,
    'AccessDenied',
    11,
    ['介接協議不在有效期間內。', 'The agreement is not within its period of validity.'],
    ['請向提供機關辦理展延。', 'Have the agreement renewed with the provider.'],
  ),
  'endpoint-not-allowed': describe(
    403,
    'AccessDenied',
    11,
    ['介接協議不包含這個方法與路徑。', 'The agreement does not cover this method and path.'],
    [
      '請以 allowedMethods 查詢可用的端點，或申請擴充協議。',
      'Ask allowedMethods which endpoints are open to you, or have the agreement extended.',
    ],
  ),
  'purpose-not-allowed': describe(
    403,
    'AccessDenied',
    11,
    [
      '介接協議不包含這個利用目的，或呼叫未指明目的。',
      'The agreement does not cover this purpose, or the call names none.',
    ],
    [
      '請在 T-Road-Purpose 填入協議列明的目的代碼。',
      'Send T-Road-Purpose with one of the purpose codes that the agreement lists.',
    ],
  ),
  'spoofed-header': describe(
    400,
    'Client.BadRequest',
    23,
    ['呼叫帶有只有閘道才能設定的標頭。', 'The call carries a header that only a gateway may set.'],
    [
      '請移除 about 所指的標頭；當事人、欄位與目的由閘道依授權憑證填入。',
      'Remove the header named in about; the gateway sets subject, fields and purpose from the grant.',
    ],
  ),
  'subject-missing': describe(
    400,
    'Client.BadRequest',
    23,
    [
      '此服務回覆個人資料，但呼叫未指明當事人。',
      'This service answers with personal data, but the call names no subject.',
    ],
    [
      '請附上授權憑證；法定介接請先向身分服務取得當事人的加密代號。',
      'Send a grant; for a statutory agreement first obtain the sealed subject from the identity service.',
    ],
  ),
  'too-large': describe(
    413,
    'Client.BadRequest',
    19,
    ['訊息或標頭超過允許的大小。', 'The message or its headers are larger than allowed.'],
    [
      '本文上限 1 MiB、標頭上限 12 KiB；大量資料請改用批次檔案傳輸。',
      'Bodies may be 1 MiB and headers 12 KiB; carry larger data as a bulk file.',
    ],
  ),
  'malformed-message': describe(
    400,
    'InvalidRequest',
    11,
    ['閘道之間的訊息無法解讀。', 'The message between gateways cannot be read.'],
    [
      '請確認雙方閘道版本相容，並以記錄編號聯絡對方管理者。',
      'Check that both gateways run compatible versions, and give the peer’s operator the log id.',
    ],
  ),
  'message-too-old': describe(
    400,
    'Client.BadRequest',
    10,
    [
      '訊息編號的時間早於閘道保留的期間，無法判斷是否重複。',
      'The message id is older than the gateway remembers, so a repetition cannot be ruled out.',
    ],
    ['請以新的訊息編號重新呼叫。', 'Call again with a new message id.'],
  ),
} as const;
