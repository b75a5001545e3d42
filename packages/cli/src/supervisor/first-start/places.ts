/** Where everything of a one-machine exchange lies under its `var` directory. */
import { join } from 'node:path';

export const MEMBERS = ['hub', 'household', 'vehicles'] as const;
export type MemberName = (typeof MEMBERS)[number];

export const AGENCIES = ['household', 'vehicles'] as const;
export type AgencyName = (typeof AGENCIES)[number];

export interface Places {
  readonly registry: string;
  readonly witness: string;
  readonly postgres: string;
  gateway(member: MemberName): string;
  system(agency: AgencyName): string;
}

export function placesUnder(root: string): Places {
  return {
    registry: join(root, 'registry'),
    witness: join(root, 'witness'),
    postgres: join(root, 'postgres'),
    gateway: (member) => join(root, `gateway-${member}`),
    system: (agency) => join(root, `system-${agency}`),
  };
}

/** `TW/GOV/HOUSEHOLD` */
export function memberId(member: MemberName): string {
  return `TW/GOV/${member.toUpperCase()}`;
}

/** Each member of the sandbox has one gateway. */
export function gatewayId(member: MemberName): string {
  return `${memberId(member)}/gw1`;
}
