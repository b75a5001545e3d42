/**
 * Where the registry's keys lie: one folder for each role, so that each can be carried, locked away or moved
 * into a hardware module on its own (PROTOCOL 7).
 */
export const KEY_ROLES = ['bundle', 'successor', 'grant', 'status', 'log', 'identity'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

export const KEY_KINDS: Readonly<Record<KeyRole, 'ed25519' | 'x25519'>> = {
  bundle: 'ed25519',
  successor: 'ed25519',
  grant: 'ed25519',
  status: 'ed25519',
  log: 'ed25519',
  identity: 'x25519',
};

export const keyFile = (directory: string, role: KeyRole): string => `${directory}/${role}/${role}.key`;
/** 32 bytes in base64url from which every sector's keys derive. */
export const sectorSecretFile = (directory: string): string => `${directory}/identity/sectors.secret`;
export const authorityKeyFile = (directory: string): string => `${directory}/authority/authority.key`;
export const authorityCertificateFile = (directory: string): string => `${directory}/authority/authority.crt`;
export const recordFile = (directory: string): string => `${directory}/ceremony.json`;
