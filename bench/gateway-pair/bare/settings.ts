/** What the two halves of the bare pair are told at their start. */
import type { TlsIdentity } from '@minben/ports';

export interface BareProviderSettings {
  readonly tls: TlsIdentity;
  /** `http://127.0.0.1:<port>` of the backend. */
  readonly backend: string;
}

export interface BareConsumerSettings {
  readonly tls: TlsIdentity;
  readonly providerPort: number;
  readonly providerFingerprint: string;
}
