/** The first steps: the folder, and the keys that never leave it. Existing keys are kept: losing one loses a log. */
import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import { generateKeyFile, rawPublicKey, readKeyFile } from '@minben/ports';
import { belongTogether } from '../config/index.ts';
import { done, type InitProgress, type InitStep, missing } from './model.ts';

export async function prepareFolder({ options, ports, places }: InitProgress): Promise<InitStep> {
  await ports.disk.makeDirectory(places.data);
  await ports.disk.makeDirectory(`${options.folder}/keys`);
  return done('folder', `資料夾 ${options.folder} 已備妥。`, `The folder ${options.folder} is there.`);
}

/** Log key (Ed25519) and sealing key (X25519), each in its own file with mode 0600. */
export async function makeKeys(progress: InitProgress): Promise<InitStep> {
  const { ports, places, origin } = progress;
  const logKey = await keyAt(progress, places.logKey, 'ed25519');
  const sealingKey = await keyAt(progress, places.sealingKey, 'x25519');
  if (logKey === undefined || sealingKey === undefined) {
    const lost = logKey === undefined ? places.logKey : places.sealingKey;
    return missing(
      'keys',
      [`金鑰檔 ${lost} 無法讀取。`, `The key file ${lost} cannot be read.`],
      [
        '請由備份還原此檔；若已遺失，請換一個資料夾與紀錄來源重新開始。',
        'Restore it from a backup; if it is lost, begin again in another folder with another origin.',
      ],
    );
  }
  progress.logKey = formatVerifierKey(createVerifierKey(origin, 'log', logKey));
  progress.sealingKey = sealingKey.toString('base64url');
  const secret = await ports.disk.read(places.registerSecret);
  if (secret === undefined) {
    await ports.disk.writeAtomically(
      places.registerSecret,
      Buffer.from(`${ports.random.bytes(32).toString('base64url')}\n`),
    );
  }
  return done(
    'keys',
    '紀錄金鑰、封緘金鑰與業務系統密鑰已備妥（僅擁有者可讀）。請將下列紀錄的驗證金鑰提供給見證者。',
    'Log key, sealing key and the secret of the agency’s system are there, readable by their owner only. Give the witnesses this verifier key of the log.',
    [progress.logKey],
  );
}

async function keyAt({ ports }: InitProgress, path: string, kind: 'ed25519' | 'x25519'): Promise<Buffer | undefined> {
  const made = await generateKeyFile(ports.disk, path, kind);
  if (made.ok) return made.value;
  const read = await readKeyFile(ports.disk, path, kind);
  return read.ok ? rawPublicKey(read.value) : undefined;
}

/** The transport key and the request to certify it. Made anew together while there is no certificate for the key. */
export async function makeTransportKey({ options, ports, places }: InitProgress): Promise<InitStep> {
  const { disk } = ports;
  const key = await disk.read(places.transportKey);
  const request = await disk.read(places.request);
  const certificate = await disk.read(places.certificate);
  const isCertified =
    key !== undefined && certificate !== undefined && belongTogether(certificate.toString(), key.toString());
  if (!isCertified && (key === undefined || request === undefined)) {
    const made = await ports.createCertificateRequest(options.gateway);
    // The request last: where it stands, its key does too.
    await disk.writeAtomically(places.transportKey, Buffer.from(made.privateKey));
    await disk.writeAtomically(places.request, Buffer.from(made.request));
  }
  return done(
    'transport-key',
    '傳輸金鑰與憑證申請檔已備妥。',
    'The transport key and the request to certify it are there.',
  );
}
