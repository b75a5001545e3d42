/** Which of a provider's gateways to ask (several per member): in the order of the registry, those that failed lately last. */
import type { BundleIndex, GatewayEntry, Service } from '@minben/exchange';
import type { Clock } from '@minben/ports';

/** A gateway that could not be reached is asked last for this long. */
const COOL_DOWN_MS = 5_000;

export interface PeerChoice {
  /** Candidates in order; a gateway the caller names is the only one. Frozen and revoked ones are left out. */
  candidates(bundle: BundleIndex, service: Service, wanted: string | undefined, now: number): readonly GatewayEntry[];
  failed(gateway: string): void;
  succeeded(gateway: string): void;
}

export function createPeerChoice(clock: Clock, isFrozen: (origin: string) => boolean): PeerChoice {
  const failedAt = new Map<string, number>();

  const isCoolingDown = (gateway: GatewayEntry): boolean => {
    const since = failedAt.get(gateway.id);
    return since !== undefined && clock.monotonic() - since < COOL_DOWN_MS;
  };

  return {
    candidates(bundle, service, wanted, now) {
      const usable = service.gateways
        .filter((id) => wanted === undefined || id === wanted)
        .map((id) => bundle.gateways.get(id))
        .filter(
          (gateway): gateway is GatewayEntry =>
            gateway !== undefined && isUsable(gateway, now) && !isFrozen(gateway.origin),
        );
      if (failedAt.size === 0) return usable;
      return [...usable.filter((gateway) => !isCoolingDown(gateway)), ...usable.filter(isCoolingDown)];
    },
    failed: (gateway) => void failedAt.set(gateway, clock.monotonic()),
    succeeded: (gateway) => void failedAt.delete(gateway),
  };
}

function isUsable(gateway: GatewayEntry, now: number): boolean {
  return gateway.revoked === undefined && now >= gateway.validFrom && now < gateway.validUntil;
}
