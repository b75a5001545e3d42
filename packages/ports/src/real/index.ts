export { createRealClock } from './clock.ts';
export { createRealDisk } from './disk.ts';
export { atEndOfTurn } from './end-of-turn.ts';
export { generateKeyFile, type KeyKind, readKeyFile } from './key-file.ts';
export { createJsonLogger, type JsonLogger } from './logger.ts';
export { fingerprintOfPem } from './network/fingerprint.ts';
export { createRealNetwork, type RealNetwork } from './network/network.ts';
export { createRealRandom } from './random.ts';
export { createFileSigner, type FileSigner, rawPublicKey } from './signer.ts';
