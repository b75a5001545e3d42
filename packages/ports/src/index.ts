export type { Clock } from './clock.ts';
export type { AppendFile, DerivedFiles, Disk } from './disk.ts';
export type { Logger } from './log.ts';
export {
  type ConnectOptions,
  type HeaderList,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type Listener,
  type Network,
  NetworkError,
  type OutgoingCall,
  type ServeOptions,
  type Stream,
  type TlsIdentity,
} from './network.ts';
export type { Random } from './random.ts';
export {
  atEndOfTurn,
  createFileSigner,
  createJsonLogger,
  createRealClock,
  createRealDisk,
  createRealNetwork,
  createRealRandom,
  type FileSigner,
  fingerprintOfPem,
  generateKeyFile,
  type JsonLogger,
  type KeyKind,
  type RealNetwork,
  rawPublicKey,
  readKeyFile,
} from './real/index.ts';
export type { Signer } from './signer.ts';
