/**
 * Why a gateway does not, or soon will not, take calls. Each reason says what is the matter and what to do, in both
 * languages, so that whoever is called at night need not look it up.
 */
import type { BothLanguages } from '@minben/exchange';

export interface ReadinessReason {
  /** `stops`: no calls are taken. `warns`: calls go on, but not for ever or not all of them. */
  readonly effect: 'stops' | 'warns';
  readonly title: BothLanguages;
  readonly remedy: BothLanguages;
}

function reason(effect: ReadinessReason['effect'], title: [string, string], remedy: [string, string]): ReadinessReason {
  return { effect, title: { 'zh-TW': title[0], en: title[1] }, remedy: { 'zh-TW': remedy[0], en: remedy[1] } };
}

export const READINESS_REASONS = {
  starting: reason('stops', ['閘道正在啟動。', 'The gateway is starting.'], ['請稍候。', 'Wait a moment.']),
  'shutting-down': reason(
    'stops',
    ['閘道正在關閉。', 'The gateway is shutting down.'],
    ['請改用同機關的其他閘道。', 'Use another gateway of the member.'],
  ),
  'bundle-missing': reason(
    'stops',
    ['閘道尚未取得信任清單。', 'The gateway has no trust bundle yet.'],
    [
      '請檢查登錄處網址與網路，並確認設定中的信任清單金鑰正確。',
      'Check the registry’s address, the network, and the bundle key in the configuration.',
    ],
  ),
  'bundle-too-old': reason(
    'stops',
    ['信任清單超過允許的最長時間。', 'The trust bundle is older than allowed.'],
    ['請恢復與登錄處的連線。', 'Restore the connection to the registry.'],
  ),
  'not-in-bundle': reason(
    'stops',
    ['信任清單中沒有本閘道，或其金鑰與設定不符。', 'The trust bundle does not hold this gateway, or holds other keys.'],
    ['請向登錄處確認閘道登記已公布。', 'Ask the registry whether the registration of the gateway is published.'],
  ),
  revoked: reason(
    'stops',
    ['本閘道的金鑰已被撤銷。', 'The key of this gateway is revoked.'],
    [
      '請停用此閘道並向登錄處辦理新金鑰與新的紀錄來源。',
      'Take this gateway out of service and have a new key and log origin registered.',
    ],
  ),
  'log-asking': reason(
    'stops',
    [
      '證據紀錄正在向見證者與往來閘道核對，尚未寫入。',
      'The evidence log is asking witnesses and peers about its head, and is read-only until one answers.',
    ],
    [
      '請確認見證者可以連線；一有回應即自動恢復。',
      'Check that a witness can be reached; the log goes on by itself once one answers.',
    ],
  ),
  'log-refusing': reason(
    'stops',
    [
      '證據紀錄拒絕寫入：磁碟同步失敗，或他處存有更大的紀錄（可能還原了備份）。',
      'The evidence log refuses to write: a sync failed, or a larger head exists elsewhere (a restored backup).',
    ],
    [
      '請保留現場並依操作手冊處理；勿刪除資料目錄。',
      'Keep everything as it is and follow the runbook; do not delete the data directory.',
    ],
  ),
  'certificate-expired': reason(
    'stops',
    ['閘道的 TLS 憑證已過期。', 'The TLS certificate of the gateway has expired.'],
    ['請立即向登錄處換發憑證。', 'Have the registry issue a new certificate at once.'],
  ),
  overloaded: reason(
    'stops',
    ['同時處理的呼叫已達上限。', 'As many calls are under way as the gateway may have.'],
    ['請檢查業務系統的回應時間，或增設閘道。', 'Look at the response time of the agency system, or add a gateway.'],
  ),
  'lease-lapsed': reason(
    'warns',
    ['授權狀態租約已失效，暫停依同意提供資料。', 'The status lease has lapsed: consent-based calls are refused.'],
    ['請恢復與平臺的連線。', 'Restore the connection to the hub.'],
  ),
  'registry-unreachable': reason(
    'warns',
    [
      '無法連線登錄處，依現有信任清單運作。',
      'The registry cannot be reached; the gateway works with the bundle that it has.',
    ],
    ['請檢查網路；信任清單逾期前須恢復。', 'Check the network; it must be back before the bundle is too old.'],
  ),
  'witnesses-missing': reason(
    'warns',
    ['見證者連署不足，新的證明均屬暫時性。', 'Too few witnesses cosign: new proofs are provisional.'],
    ['請檢查見證者是否運作。', 'Check that the witnesses are running.'],
  ),
  'peer-frozen': reason(
    'warns',
    ['有往來閘道因紀錄不一致而被凍結。', 'A peer is frozen because its log was seen in two versions.'],
    ['請將公開埠 /conflicts 的內容通知登錄處。', 'Tell the registry what stands under /conflicts on the public port.'],
  ),
  'certificate-expiring': reason(
    'warns',
    ['閘道的 TLS 憑證即將到期。', 'The TLS certificate of the gateway expires soon.'],
    ['請向登錄處申請換發。', 'Ask the registry for a new one.'],
  ),
} as const satisfies Record<string, ReadinessReason>;

export type ReadinessReasonName = keyof typeof READINESS_REASONS;

/** Whether calls are taken under these reasons. */
export function isReady(reasons: readonly ReadinessReasonName[]): boolean {
  return reasons.every((name) => READINESS_REASONS[name].effect === 'warns');
}
