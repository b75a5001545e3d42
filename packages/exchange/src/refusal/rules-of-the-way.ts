/** What can fail between the two gateways and the register, or inside a gateway (PROTOCOL 8, 10, 16–19, 23). */
import { describe } from './describe.ts';

export const RULES_OF_THE_WAY = {
  'evidence-unavailable': describe(
    503,
    'DatabaseError',
    17,
    [
      '閘道目前無法寫入證據紀錄，因此不處理任何呼叫。',
      'The gateway cannot write its evidence log at present, so it handles no call.',
    ],
    [
      '請稍後再試或改用同機關的其他閘道；管理者請查看 /readyz。',
      'Try later or use another gateway of the member; operators see /readyz.',
    ],
  ),
  'register-unreachable': describe(
    502,
    'NetworkError',
    23,
    ['提供機關的閘道無法連上其業務系統。', 'The gateway of the provider cannot reach the system of its agency.'],
    ['請稍後再試；若持續發生，請聯絡提供機關。', 'Try again later; if it persists, contact the provider.'],
  ),
  'register-timeout': describe(
    504,
    'ServiceFailed',
    23,
    ['提供機關的業務系統未在時限內回覆。', 'The system of the provider did not answer in time.'],
    [
      '請以相同訊息編號重試安全的呼叫；其他呼叫請先查詢結果。',
      'Retry safe calls under the same message id; for others first find out what happened.',
    ],
  ),
  'register-answer-too-large': describe(
    502,
    'ServiceFailed',
    19,
    ['提供機關業務系統的回覆超過允許的大小。', 'The answer of the provider’s system is larger than allowed.'],
    ['請縮小查詢範圍，或改用批次檔案傳輸。', 'Ask for less at a time, or use a bulk transfer.'],
  ),
  'register-answer-not-json': describe(
    502,
    'ServiceFailed',
    19,
    [
      '業務系統的回覆不是 JSON，無法依協議過濾欄位。',
      'The answer of the provider’s system is not JSON, so its fields cannot be filtered.',
    ],
    [
      '請提供機關改以 JSON 回覆，或在協議中同意整份文件。',
      'The provider should answer in JSON, or the agreement should grant the whole document.',
    ],
  ),
  'register-answer-encoded': describe(
    502,
    'ServiceFailed',
    19,
    [
      '業務系統的回覆經過壓縮或其他編碼，無法過濾欄位。',
      'The answer of the provider’s system is compressed or otherwise encoded, so its fields cannot be filtered.',
    ],
    [
      '請提供機關對閘道回覆未壓縮的 JSON。',
      'The provider’s system should answer its gateway without Content-Encoding.',
    ],
  ),
  'field-filter-failed': describe(
    502,
    'ServiceFailed',
    19,
    [
      '回覆的欄位無法依協議與授權過濾，因此未釋出。',
      'The fields of the answer could not be filtered by agreement and grant, so nothing was released.',
    ],
    [
      '請提供機關核對回覆格式與協議所列欄位。',
      'The provider should compare its answer with the fields that the agreement lists.',
    ],
  ),
  withheld: describe(
    403,
    'AccessDenied',
    16,
    [
      '回覆備妥後授權已被撤回或無法確認，資料未送出。',
      'The grant was withdrawn, or could not be confirmed, after the answer was ready; nothing left.',
    ],
    ['請勿重試；如仍需資料，請重新徵求同意。', 'Do not retry; if the data are still needed, ask for consent again.'],
  ),
  'no-gateway-reachable': describe(
    502,
    'NetworkError',
    10,
    ['提供機關的閘道都無法連線，請求未送出。', 'No gateway of the provider can be reached; the request was not sent.'],
    ['請稍後再試；若持續發生，請聯絡提供機關。', 'Try again later; if it persists, contact the provider.'],
  ),
  'outcome-recorded': describe(
    409,
    'ServiceFailed',
    10,
    [
      '這筆呼叫先前已處理並留有紀錄，為避免重複生效，不再執行一次。',
      'This call was handled before and its outcome is on record; it is not carried out a second time.',
    ],
    [
      '請以原訊息編號向提供機關查詢結果；如需再辦一次，請使用新的訊息編號。',
      'Ask the provider for the outcome under the same message id; to do it again, use a new message id.',
    ],
  ),
  'outcome-unknown': describe(
    504,
    'NetworkError',
    10,
    [
      '連線中斷，無法得知對方是否已處理此請求。',
      'The connection broke, and it is not known whether the provider acted on the request.',
    ],
    [
      '請勿以新訊息編號重送；閘道會與對方核對，可用原編號查詢結果。',
      'Do not send it again under a new id; the gateways reconcile, and the same id returns the outcome.',
    ],
  ),
  'call-under-way': describe(
    409,
    'InvalidRequest',
    10,
    ['相同訊息編號的呼叫仍在處理中。', 'A call with the same message id is still under way.'],
    ['請等待其結果，勿同時重送。', 'Wait for its outcome instead of sending it again meanwhile.'],
  ),
  overloaded: describe(
    503,
    'NetworkError',
    18,
    ['閘道忙碌，暫時不接受新的呼叫。', 'The gateway is busy and takes no new calls for the moment.'],
    ['請稍候再試，並減少同時呼叫的數量。', 'Try again shortly, with fewer calls at a time.'],
  ),
  'shutting-down': describe(
    503,
    'NetworkError',
    18,
    ['閘道正在關閉，不再接受新的呼叫。', 'The gateway is shutting down and takes no new calls.'],
    ['請改用同機關的其他閘道，或稍後再試。', 'Use another gateway of the member, or try again later.'],
  ),
  'internal-error': describe(
    500,
    'InternalError',
    18,
    ['閘道發生未預期的錯誤。', 'The gateway met an error that it did not expect.'],
    ['請將記錄編號交給閘道管理者。', 'Give the operator of the gateway the log id.'],
  ),
} as const;
