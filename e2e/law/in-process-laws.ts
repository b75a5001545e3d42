/**
 * Laws of guards that stand behind others: over the wire something else refuses first, and yet each must hold alone.
 * They judge a function directly, in this process.
 */
import {
  type ArrivedMessage,
  checkGrantUse,
  type GrantClaims,
  inspectResponse,
  type ResponseInspection,
} from '@minben/exchange';
import { demand, type Law } from './model.ts';

function inProcess(id: string, rules: readonly number[], name: string, run: () => void): Law {
  return { id, rules, name, bindings: [], needs: [], inProcess: true, run: () => Promise.resolve(run()) };
}

const AGREEMENT = {
  id: 'x',
  client: 'TW/GOV/CITY/portal',
  service: 'TW/GOV/B/register/s',
  purposes: ['parking-permit'],
  endpoints: [],
  fields: ['name'],
  validFrom: 0,
  validUntil: 1,
  suspendedBy: [],
} as const;
const CLAIMS: GrantClaims = {
  iss: 'hub',
  jti: 'j',
  iat: 0,
  nbf: 0,
  exp: 100,
  aud: ['TW/GOV/B/gw1'],
  cnf: { member: 'TW/GOV/CITY', gateways: ['TW/GOV/CITY/gw1'] },
  client: 'TW/GOV/CITY/portal',
  service: 'TW/GOV/B/register/s',
  agreement: 'x',
  purpose: 'parking-permit',
  fields: ['name'],
  basis: 'consent',
  status: 1,
  subject: { 'TW/GOV/B/gw1': 'sealed' },
};

function use(claims: object, agreement: object): string {
  const used = checkGrantUse(
    { ...CLAIMS, ...claims },
    {
      gateway: 'TW/GOV/B/gw1',
      peerGateway: 'TW/GOV/CITY/gw1',
      member: 'TW/GOV/CITY',
      client: 'TW/GOV/CITY/portal',
      service: 'TW/GOV/B/register/s',
      purpose: ({ ...CLAIMS, ...claims } as GrantClaims).purpose,
      agreement: { ...AGREEMENT, basis: { kind: 'consent' }, ...agreement } as never,
      nowSeconds: 50,
    },
  );
  return used.ok ? 'allowed' : used.error;
}

export const inProcessLaws: readonly Law[] = [
  inProcess('grant-under-statute', [15], 'refuses a grant under an agreement that is not based on consent', () => {
    demand(use({}, {}) === 'allowed', 'allowed in order', use({}, {}));
    const said = use({}, { basis: { kind: 'statute', article: 'x' } });
    demand(said === 'grant-not-needed-by-agreement', 'refused', said);
  }),
  inProcess(
    'grant-purpose-of-agreement',
    [15],
    'refuses a grant for a purpose that the agreement does not name',
    () => {
      const said = use({ purpose: 'statistics' }, {});
      demand(said === 'grant-purpose-outside-agreement', 'refused', said);
    },
  ),
  inProcess(
    'answer-certificate',
    [11],
    'refuses an answer over a connection with another certificate than the peer’s',
    () => {
      const arrived = { peerFingerprint: 'other' } as unknown as ArrivedMessage;
      const awaited = { peer: { certificates: ['known'], origin: 'o' } };
      const here = { isFrozen: () => false };
      const refusal = inspectResponse({ arrived, awaited, here } as unknown as ResponseInspection);
      demand(refusal?.rule === 'peer-certificate-unknown', 'refused', refusal);
    },
  ),
];
