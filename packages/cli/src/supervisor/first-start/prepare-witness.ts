/** The sandbox's witness: its key, the logs that it cosigns, and its entry among the registry's sources. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifierKey, formatVerifierKey } from '@minben/evidence';
import { generateKeyFile, rawPublicKey, readKeyFile } from '@minben/ports';
import { keyOf } from '@minben/registry';
import type { PortPlan } from '../ports.ts';
import { MEMBERS, type Places } from './places.ts';
import { gatewayOrigin, readCeremony, readPublicKeys, verifierKey } from './prepare-gateways.ts';
import type { PreparePorts } from './prepare-registry.ts';
import { writeJson, writePrivately } from './write-file.ts';

export const WITNESS_NAME = 'sandbox.minben.example/witness';

/** The logs that it watches, in the form of a C2SP tlog-policy. */
export const witnessLogs = (places: Places): string => join(places.witness, 'logs.txt');

/** After ceremony and gateways' keys: a witness signs for the logs that it knows, and for no other. */
export async function prepareWitness(places: Places, plan: PortPlan, ports: PreparePorts): Promise<void> {
  const keyPath = join(places.witness, 'witness.key');
  await ports.disk.makeDirectory(places.witness);
  if (!existsSync(keyPath)) await generateKeyFile(ports.disk, keyPath, 'ed25519');
  const key = await readKeyFile(ports.disk, keyPath, 'ed25519');
  if (!key.ok) throw new Error(`the key of the witness: ${key.error}`);
  const record = readCeremony(places);
  const gateways = await Promise.all(
    MEMBERS.map(async (member) =>
      verifierKey(gatewayOrigin(member), (await readPublicKeys(places, member, ports)).log),
    ),
  );
  const logs = [verifierKey(record.origin, Buffer.from(keyOf(record, 'log').public, 'base64url')), ...gateways];
  writePrivately(witnessLogs(places), logs.map((log) => `log ${log}\n`).join(''));
  writeJson(join(places.registry, 'sources', 'witnesses', 'sandbox.json'), {
    name: WITNESS_NAME,
    key: formatVerifierKey(createVerifierKey(WITNESS_NAME, 'witness', rawPublicKey(key.value))),
    url: `http://127.0.0.1:${plan.witness.public}`,
  });
}
