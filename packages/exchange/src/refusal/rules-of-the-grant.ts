/** Why a grant, a lease or a quota does not carry the call (PROTOCOL 15, 16). */
import { describe } from './describe.ts';

const askAgain = [
  '請重新取得當事人的同意與授權憑證。',
  'Ask the person for consent again and use the new grant.',
] as const;
const useIssued = [
  '請原樣使用簽發的授權憑證，勿修改或截斷。',
  'Send the grant exactly as it was issued, neither altered nor cut.',
] as const;

export const RULES_OF_THE_GRANT = {
  'grant-missing': describe(
    403,
    'AccessDenied',
    15,
    [
      '此服務須有當事人的授權憑證，但呼叫沒有附上。',
      'This service needs a grant by the person, and the call carries none.',
    ],
    ['請在 T-Road-Grant 附上授權憑證。', 'Send the grant in T-Road-Grant.'],
  ),
  'grant-malformed': describe(
    400,
    'Client.BadRequest',
    15,
    ['授權憑證的格式錯誤。', 'The grant is malformed.'],
    useIssued,
  ),
  'grant-signature': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證的簽章不符。', 'The signature of the grant does not verify.'],
    useIssued,
  ),
  'grant-not-in-log': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證未附有效的公開紀錄證明。', 'The grant does not prove that it stands in the public log of the hub.'],
    [
      '請重新下載授權憑證；若仍失敗，請通知同意服務的管理者。',
      'Fetch the grant again; if that fails, tell the operator of the consent service.',
    ],
  ),
  'grant-key-unknown': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證的簽章金鑰不在信任清單中。', 'The grant is signed by a key that the trust bundle does not hold.'],
    [
      '請確認閘道已取得最新的信任清單，並重新取得授權憑證。',
      'Check that the gateway holds the newest trust bundle, and obtain a new grant.',
    ],
  ),
  'grant-expired': describe(403, 'AccessDenied', 15, ['授權憑證已逾期。', 'The grant has expired.'], askAgain),
  'grant-not-yet': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證尚未生效。', 'The grant is not valid yet.'],
    ['請待生效時間後再呼叫，並核對系統時鐘。', 'Call again once it is valid, and check the clock of the system.'],
  ),
  'grant-wrong-gateway': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證指定由其他閘道受理。', 'The grant names other gateways that may honour it.'],
    [
      '請呼叫憑證所列的閘道，或取得包含此閘道的憑證。',
      'Call a gateway that the grant names, or obtain a grant that names this one.',
    ],
  ),
  'grant-wrong-holder': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證並非發給此呼叫端。', 'The grant was not issued to this caller.'],
    [
      '請由憑證所列的機關、子系統與閘道呼叫；憑證不得轉讓。',
      'Call as the member, subsystem and gateway that the grant names; grants cannot be passed on.',
    ],
  ),
  'grant-wrong-service': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證是給另一項服務或協議的。', 'The grant is for another service or agreement.'],
    ['請使用針對此服務簽發的授權憑證。', 'Use a grant that was issued for this service.'],
  ),
  'grant-wrong-purpose': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證的目的與呼叫的目的不同。', 'The purpose of the grant is not the purpose of the call.'],
    [
      '請以憑證所載目的呼叫，或就新目的另行取得同意。',
      'Call for the purpose that the grant states, or ask for consent to the new one.',
    ],
  ),
  'grant-withdrawn': describe(
    403,
    'AccessDenied',
    16,
    ['當事人已撤回授權。', 'The person has withdrawn the grant.'],
    [
      '請停止使用，不得重試；如仍需資料，請重新徵求同意。',
      'Stop using it and do not retry; if the data are still needed, ask for consent again.',
    ],
  ),
  'grant-used-up': describe(
    403,
    'AccessDenied',
    15,
    ['授權憑證的使用次數已用完。', 'The uses that the grant allows are spent.'],
    askAgain,
  ),
  'lease-lapsed': describe(
    503,
    'OutdatedGlobalConf',
    16,
    [
      '閘道暫時無法確認授權是否已被撤回，因此不提供資料。',
      'The gateway cannot tell at present whether grants were withdrawn, so it releases nothing.',
    ],
    [
      '請稍後再試；若持續發生，請提供機關檢查與平臺的連線。',
      'Try again shortly; if it persists, the provider should check its connection to the hub.',
    ],
  ),
  'quota-exceeded': describe(
    429,
    'AccessDenied',
    15,
    ['今日的呼叫次數已達協議上限。', 'The number of calls that the agreement allows for today is spent.'],
    ['請於臺北時間次日再試，或申請提高上限。', 'Try again tomorrow (Taipei time), or have the quota raised.'],
  ),
} as const;
