/** Why a peer or its proof is not accepted: "no proof in the log, no data" (PROTOCOL 1, 3, 8–14, 17, 24). */
import { describe } from './describe.ts';

const tellPeer = [
  '請將記錄編號交給對方閘道的管理者查明。',
  'Give the operator of the peer gateway the log id.',
] as const;
const refreshBundle = [
  '請確認雙方閘道均已取得最新的信任清單後重試。',
  'Check that both gateways hold the newest trust bundle, then try again.',
] as const;
const checkClock = [
  '請校正雙方閘道的時鐘後重新呼叫。',
  'Set the clocks of both gateways right and call again.',
] as const;

export const RULES_OF_THE_PROOF = {
  'peer-certificate-unknown': describe(
    403,
    'SslAuthenticationFailed',
    11,
    ['對方閘道的憑證不在信任清單中。', 'The certificate of the peer gateway is not in the trust bundle.'],
    [
      '請向登錄處登記新憑證，待信任清單更新後重試。',
      'Have the new certificate registered, and try again once the trust bundle has it.',
    ],
  ),
  'peer-not-member': describe(
    403,
    'UnknownMember',
    11,
    [
      '對方閘道所屬機關不是成員，或其登錄不在有效期間。',
      'The member of the peer gateway is not registered, or not at this time.',
    ],
    refreshBundle,
  ),
  'peer-frozen': describe(
    403,
    'AccessDenied',
    13,
    [
      '對方閘道的紀錄曾出現兩種版本，已凍結往來。',
      'The log of the peer gateway was seen in two versions; dealings with it are frozen.',
    ],
    [
      '兩份檢查點已公開；須由登錄處查明並簽署新的紀錄來源後才能恢復。',
      'Both checkpoints are published; the registry must investigate and sign a new origin first.',
    ],
  ),
  'peer-revoked': describe(
    403,
    'AccessDenied',
    17,
    ['對方閘道的金鑰已被撤銷。', 'The key of the peer gateway is revoked.'],
    ['請由該機關向登錄處辦理新金鑰。', 'The member must have a new key registered.'],
  ),
  'not-for-me': describe(
    400,
    'InvalidRequest',
    11,
    ['這則訊息的收件閘道不是本閘道。', 'The message names another gateway as its receiver.'],
    tellPeer,
  ),
  'wrong-log-origin': describe(
    403,
    'InvalidSignatureValue',
    11,
    ['證明所屬的紀錄不是對方閘道的紀錄。', 'The proof is for a log that is not the log of this peer.'],
    tellPeer,
  ),
  'kind-not-accepted': describe(
    400,
    'InvalidSignatureValue',
    1,
    ['此處不接受這一種類的證據。', 'Evidence of this kind is not accepted in this place.'],
    tellPeer,
  ),
  'details-not-canonical': describe(
    400,
    'InvalidRequest',
    3,
    ['證據內容不是 RFC 8785 的正規位元組。', 'The details are not canonical bytes by RFC 8785.'],
    tellPeer,
  ),
  'details-mismatch': describe(
    403,
    'InvalidSignatureValue',
    11,
    ['證據所載與實際收到的內容不符。', 'The details do not agree with what actually arrived.'],
    [
      'about 指出不符的項目；請檢查途中是否有設備改寫訊息。',
      'The member that differs is named in about; look for a device on the way that rewrites messages.',
    ],
  ),
  'entry-not-included': describe(
    403,
    'InvalidSignatureValue',
    11,
    [
      '無法證明此訊息已列入對方的公開紀錄。',
      'It is not proven that this message stands in the public log of the peer.',
    ],
    tellPeer,
  ),
  'checkpoint-signature': describe(
    403,
    'InvalidSignatureValue',
    11,
    ['檢查點的簽章不符。', 'The signature of the checkpoint does not verify.'],
    tellPeer,
  ),
  'head-conflict': describe(
    403,
    'InvalidSignatureValue',
    13,
    ['對方的紀錄出現相同大小但內容不同的兩個版本。', 'The log of the peer shows two different heads of equal size.'],
    [
      '往來已凍結，兩份檢查點均已公開；請通知登錄處。',
      'Dealings are frozen and both heads are published; tell the registry.',
    ],
  ),
  'head-not-consistent': describe(
    403,
    'InvalidSignatureValue',
    13,
    ['對方新的紀錄不是舊紀錄的延伸。', 'The newer head of the peer does not extend the older one.'],
    [
      '往來已凍結，兩份檢查點均已公開；請通知登錄處。',
      'Dealings are frozen and both heads are published; tell the registry.',
    ],
  ),
  'head-unproven': describe(
    503,
    'InvalidSignatureValue',
    13,
    ['未能及時證明對方紀錄前後一致。', 'The head of the peer was not proven consistent in time.'],
    [
      '請確認對方閘道的公開埠可以連線，稍後重試。',
      'Check that the public port of the peer gateway can be reached, then try again.',
    ],
  ),
  'provisional-too-old': describe(
    503,
    'InvalidSignatureValue',
    13,
    ['證明太久未經見證者連署。', 'The proof has gone without the cosignatures of witnesses for too long.'],
    ['請確認見證者運作正常，稍後重試。', 'Check that the witnesses are running, then try again.'],
  ),
  'not-fresh': describe(
    400,
    'InvalidRequest',
    11,
    ['訊息的時間與收件閘道的時鐘相差過大。', 'The time of the message is too far from the clock of the receiver.'],
    checkClock,
  ),
  'message-expired': describe(
    400,
    'InvalidRequest',
    11,
    ['訊息已過有效時間。', 'The message is past its time.'],
    checkClock,
  ),
  'bundle-too-old': describe(
    503,
    'OutdatedGlobalConf',
    24,
    ['閘道持有的信任清單超過允許的最長時間。', 'The trust bundle that the gateway holds is older than allowed.'],
    [
      '請恢復與登錄處的連線，閘道會自動取得新的信任清單。',
      'Restore the connection to the registry; the gateway then fetches the new bundle by itself.',
    ],
  ),
  'bundle-unknown': describe(
    503,
    'OutdatedGlobalConf',
    24,
    [
      '雙方持有的信任清單版本不同，無法據以判斷。',
      'The message rests on a version of the trust bundle that the receiver does not hold.',
    ],
    refreshBundle,
  ),
  replayed: describe(
    409,
    'InvalidRequest',
    10,
    ['這則訊息先前已經收過。', 'This message was received before.'],
    [
      '請勿重送相同證據；重試時保留訊息編號並建立新的證據。',
      'Do not send the same evidence again; a retry keeps the message id and makes a new entry.',
    ],
  ),
  'retry-changed': describe(
    409,
    'Client.BadRequest',
    10,
    ['重試的內容與原訊息不同。', 'The retry differs from the message that first used this id.'],
    [
      '請以原內容重試，或以新的訊息編號送出新呼叫。',
      'Retry with the same content, or send a new call under a new message id.',
    ],
  ),
  'response-not-bound': describe(
    502,
    'InconsistentResponse',
    11,
    ['對方的回覆不是針對這則請求。', 'The answer of the peer is not bound to this request.'],
    tellPeer,
  ),
} as const;
