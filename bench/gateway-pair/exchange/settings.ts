/** What the processes of the measured exchange are started with. */
import type { GatewayConfig, GatewaySecrets } from '@minben/gateway';

export interface WitnessSettings {
  readonly name: string;
  /** Ed25519 private key, PKCS8 PEM. */
  readonly key: string;
  readonly directory: string;
  /** Verifier keys of the logs it cosigns. */
  readonly logs: readonly string[];
}

export interface RegistrySettings {
  /** Folder made by `initRegistry`, its sources filled. */
  readonly directory: string;
}

export interface GatewaySettings {
  readonly config: Omit<GatewayConfig, 'registers'>;
  /** Base address of the agency's system by service; empty for a member that only asks. */
  readonly registers: Readonly<Record<string, string>>;
  readonly secrets: Omit<GatewaySecrets, 'sealingKey'>;
  /** Base64. */
  readonly sealingKey: string;
}
