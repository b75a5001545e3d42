/** Why a log does not write, in words for the person who runs it. */
import type { LogState } from '../contract.ts';

export type LogRefusalReason = 'asking' | Extract<LogState, { name: 'refusing' }>['reason'];

const TEXTS: Readonly<Record<LogRefusalReason, { readonly 'zh-TW': string; readonly en: string }>> = {
  asking: {
    'zh-TW': '紀錄正在向見證者與近期對象確認最新樹頭,確認前不寫入。請檢查網路與見證者是否可達。',
    en: 'The log is asking its witnesses and recent peers for its newest head and does not write before one has answered. Check that they can be reached.',
  },
  'sync-failed': {
    'zh-TW': '磁碟寫入或同步失敗,紀錄已停止寫入。請檢查磁碟後重新啟動。',
    en: 'Writing or syncing to the disk failed; the log has stopped. Check the disk, then restart.',
  },
  'signer-failed': {
    'zh-TW': '簽章金鑰無法簽署,紀錄已停止寫入。請檢查金鑰保管設備後重新啟動。',
    en: 'The key could not sign; the log has stopped. Check the key store, then restart.',
  },
  'larger-head-elsewhere': {
    'zh-TW': '他處持有本紀錄更新的樹頭:此磁碟是還原的舊備份,永不再寫入。請向登錄機關申請新的 origin。',
    en: 'Someone holds a newer head of this log: this disk is a restored backup and is never written again. Ask the registry for a new origin.',
  },
  'other-head-elsewhere': {
    'zh-TW': '他處持有與本紀錄不一致的樹頭,永不再寫入。請保全磁碟以供調查,並向登錄機關申請新的 origin。',
    en: 'Someone holds a head that contradicts this log; it is never written again. Keep the disk for the inquiry and ask the registry for a new origin.',
  },
  corrupt: {
    'zh-TW': '紀錄檔已損毀,拒絕使用。請保全磁碟,勿自行修改,並依災難復原手冊處理。',
    en: 'The journal is damaged and is not used. Keep the disk as it is and follow the recovery runbook.',
  },
  closed: {
    'zh-TW': '紀錄已關閉。請重新啟動。',
    en: 'The log is closed. Start it again.',
  },
};

/** `detail` says where, in fixed words and counts; never content of an entry or note. */
export class LogRefusal extends Error {
  readonly reason: LogRefusalReason;
  readonly detail: string;
  readonly texts: { readonly 'zh-TW': string; readonly en: string };
  constructor(reason: LogRefusalReason, detail = '', options?: ErrorOptions) {
    super(detail === '' ? `${reason}: ${TEXTS[reason].en}` : `${reason} (${detail}): ${TEXTS[reason].en}`, options);
    this.name = 'LogRefusal';
    this.reason = reason;
    this.detail = detail;
    this.texts = TEXTS[reason];
  }
}
