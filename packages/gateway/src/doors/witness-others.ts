/**
 * A gateway as a witness of the other logs (PROTOCOL 13): it cosigns the heads of the hub and of other gateways that
 * extend what it has seen (C2SP tlog-witness), under a key of its own that it makes at the first start.
 */
import { createWitness, parseVerifierKey, type VerifierKey, type Witness } from '@minben/evidence';
import type { BundleIndex } from '@minben/exchange';
import { type Clock, createFileSigner, type Disk, generateKeyFile, type Logger, readKeyFile } from '@minben/ports';

export interface WitnessOthersMeans {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The gateway's data directory. */
  readonly directory: string;
  /** The gateway's own log, which it does not witness. */
  readonly origin: string;
  /** What paths begin with. */
  readonly prefix: string;
  bundle(): BundleIndex | undefined;
}

export async function witnessOthers(means: WitnessOthersMeans): Promise<Witness> {
  const { disk, clock, logger, directory, origin, prefix } = means;
  const keyPath = `${directory}/witness.key`;
  await generateKeyFile(disk, keyPath, 'ed25519');
  const key = await readKeyFile(disk, keyPath, 'ed25519');
  if (!key.ok) throw new Error(`witness.key: ${key.error}`);
  return createWitness({
    name: `${origin}/witness`,
    signer: createFileSigner(key.value.export({ format: 'pem', type: 'pkcs8' }) as string),
    clock,
    logger,
    disk,
    directory: `${directory}/witnessed`,
    prefix,
    keysOf: (asked) => (asked === origin ? undefined : keysOf(means.bundle(), asked)),
  });
}

function keysOf(index: BundleIndex | undefined, origin: string): readonly VerifierKey[] | undefined {
  const hub = index?.bundle.hub;
  const text = hub?.origin === origin ? hub.logKey : index?.gatewaysByOrigin.get(origin)?.logKey;
  const key = text === undefined ? undefined : parseVerifierKey(text);
  return key?.ok === true ? [key.value] : undefined;
}
