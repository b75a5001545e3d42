/** The step that makes the gateway known: its description and certificate request go to the registry, a certificate comes back. */
import { X509Certificate } from 'node:crypto';
import { fingerprintOfPem, type HttpResponse, NetworkError } from '@minben/ports';
import { belongTogether, splitCertificates } from '../config/index.ts';
import { done, type InitOptions, type InitProgress, type InitStep, missing } from './model.ts';

const TIMEOUT_MS = 30_000;
/** A certificate that ends sooner is renewed when init is run again. */
const RENEW_BEFORE_MS = 14 * 86_400_000;

export async function registerGateway(progress: InitProgress): Promise<InitStep> {
  const { options, places } = progress;
  const state = await findRegistration(progress);
  if (state === 'registered') {
    return done('registration', '閘道已登記，憑證有效。', 'The gateway is registered and its certificate is good.');
  }
  const order = await writeOrder(progress);
  if (options.operator === undefined) {
    const waiting = state === 'certified';
    return missing(
      'registration',
      waiting
        ? [
            '憑證已取得，但信任清單尚未列入本閘道的現行金鑰、憑證與位址。',
            'The certificate is here, but the trust bundle does not yet hold this gateway with these keys, certificate and address.',
          ]
        : ['閘道尚未登記。', 'The gateway is not registered yet.'],
      [
        '請將登記檔交給登錄處管理者，取回憑證與授權單位憑證放入下列位置後重新執行；若您有操作權杖，請加上 --operator 與 --operator-token-file。',
        'Give the registration file to the registry’s operator, put the certificate and the authorities they return where these lines say, and run again; with an operator token, add --operator and --operator-token-file.',
      ],
      [places.order, places.certificate, places.authorities],
    );
  }
  return sendOrder(progress, order, options.operator);
}

async function sendOrder(progress: InitProgress, body: Buffer, operator: Operator): Promise<InitStep> {
  const { disk } = progress.ports;
  const { places } = progress;
  const answer = await post(progress, operator, body);
  if (answer === undefined) {
    return missing(
      'registration',
      ['登錄處的操作埠沒有回覆。', 'The operator port of the registry does not answer.'],
      [
        '請檢查網址；操作埠通常只開在登錄處的主機上。',
        'Check the address; the operator port is usually open on the registry’s own machine only.',
      ],
    );
  }
  const answered = readJson(answer);
  const { certificate, authorities } = answered;
  if (answer.status !== 201 || typeof certificate !== 'string' || !Array.isArray(authorities))
    return explainRefusal(answer.status, answered);
  const key = (await disk.read(places.transportKey))?.toString() ?? '';
  if (!belongTogether(certificate, key))
    return explainRefusal(answer.status, { title: '憑證與傳輸金鑰不符。 The certificate is for another key.' });
  await disk.writeAtomically(places.authorities, Buffer.from(authorities.join('')), 0o644);
  await disk.writeAtomically(places.certificate, Buffer.from(certificate), 0o644);
  return done('registration', '登記完成，已取得憑證。', 'The gateway is registered; its certificate is here.');
}

type Operator = NonNullable<InitOptions['operator']>;
type Registration = 'unknown' | 'certified' | 'registered';

/** Whether there is a good certificate, and whether the bundle holds the gateway as it is now. */
async function findRegistration({
  options,
  ports,
  places,
  bundle,
  logKey,
  sealingKey,
}: InitProgress): Promise<Registration> {
  const [certificate, key, authorities] = await Promise.all(
    [places.certificate, places.transportKey, places.authorities].map((path) => ports.disk.read(path)),
  );
  if (certificate === undefined || key === undefined || authorities === undefined) return 'unknown';
  const pem = certificate.toString();
  if (!belongTogether(pem, key.toString()) || splitCertificates(authorities.toString()).length === 0) return 'unknown';
  if (Date.parse(new X509Certificate(pem).validTo) - ports.clock.now() < RENEW_BEFORE_MS) return 'unknown';
  const known = bundle?.gateways.find(({ id }) => id === options.gateway);
  const isCurrent =
    known !== undefined &&
    known.logKey === logKey &&
    known.sealingKey === sealingKey &&
    known.address === `${options.host}:${options.firstPort}` &&
    known.certificates.includes(fingerprintOfPem(pem));
  return isCurrent ? 'registered' : 'certified';
}

/** The order as the registry takes it at `POST /gateways`; also kept as a file to hand over. */
async function writeOrder({
  options,
  ports,
  places,
  member,
  origin,
  logKey,
  sealingKey,
}: InitProgress): Promise<Buffer> {
  const request = (await ports.disk.read(places.request))?.toString() ?? '';
  const order = {
    id: options.gateway,
    member,
    origin,
    logKey,
    sealingKey,
    address: `${options.host}:${options.firstPort}`,
    publicUrl: `http://${options.host}:${options.firstPort + 1}`,
    request,
    hosts: [options.host],
  };
  const body = Buffer.from(`${JSON.stringify(order, undefined, 2)}\n`);
  await ports.disk.writeAtomically(places.order, body, 0o644);
  return body;
}

async function post(
  { ports }: InitProgress,
  { url, token }: Operator,
  body: Buffer,
): Promise<HttpResponse | undefined> {
  try {
    return await ports.network.request({
      method: 'POST',
      url: `${url.replace(/\/+$/, '')}/gateways`,
      headers: [
        ['authorization', `Bearer ${token}`],
        ['content-type', 'application/json'],
      ],
      body,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

function readJson({ body }: HttpResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Shows what the registry said, its problems with their fields included. */
function explainRefusal(status: number, answered: Record<string, unknown>): InitStep {
  const english = (answered.translations as { en?: Record<string, unknown> } | undefined)?.en ?? {};
  const said = [answered.title, answered.remedy, answered.reason, english.title, english.remedy];
  const lines = said.filter((line) => typeof line === 'string');
  const problems = Array.isArray(answered.problems) ? answered.problems.map((problem) => JSON.stringify(problem)) : [];
  return missing(
    'registration',
    [`登錄處未接受登記（${status}）。`, `The registry did not accept the registration (${status}).`],
    ['請依登錄處的說明更正後重新執行。', 'Correct what the registry names, then run again.'],
    [...lines, ...problems],
  );
}
