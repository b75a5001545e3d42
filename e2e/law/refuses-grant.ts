/** How most laws of grants are written: a grant with one thing wrong, refused by one rule, unheard of at the agency. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '@minben/ports';
import { type Forgery, forgeGrant } from '../support/grants.ts';
import type { RequestPlan } from '../support/hostile-peer.ts';
import { demand, demandRefused, type Law, type Stage } from './model.ts';

interface RefusedGrant {
  readonly id: string;
  readonly name: string;
  readonly rules?: readonly number[];
  readonly forgery: Forgery | ((stage: Stage) => Promise<Forgery> | Forgery);
  readonly rule: string;
  readonly about?: string;
  readonly plan?: RequestPlan;
  /** Spoils the token after it was made. */
  readonly spoil?: (token: string) => string;
}

/** A law that a call under a grant with one thing wrong is refused. */
export function refusesGrant({
  id,
  name,
  rules = [15],
  forgery,
  rule,
  about,
  plan,
  spoil = (token) => token,
}: RefusedGrant): Law {
  return {
    id,
    rules,
    name,
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const made = typeof forgery === 'function' ? await forgery(stage) : forgery;
      const grant = spoil(await forgeGrant(stage.cluster, peer.hand, made));
      const request = await peer.make({ service: 'residents', grant, ...plan });
      demandRefused(await peer.send(binding, request), rule, about);
      demand(stage.cluster.agency.under(request.id).length === 0, 'nothing reached the agency');
    },
  };
}

export const now = (): number => Math.floor(Date.now() / 1000);
export const GRANT_KEY = 'grant-1';

export function makeRogueKey(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  return {
    publicKey: raw.export({ format: 'der', type: 'spki' }).subarray(-32),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** Changes the n-th part of the JWS or of the token. */
export const spoilPart =
  (separator: string, part: number, change: (text: string) => string) =>
  (token: string): string =>
    token
      .split(separator)
      .map((text, at) => (at === part ? change(text) : text))
      .join(separator);
export const flipFirst = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
