/** Which trust bundles a gateway takes (PROTOCOL 24): the test holds the hub's keys, and tells the gateway wrong things with them. */
import { createHash, randomBytes } from 'node:crypto';
import { commit, createVerifierKey, formatProof, formatVerifierKey, hashLeaf } from '@minben/evidence';
import { digestBundle, type TrustBundle } from '@minben/exchange';
import { canonicalize, encodeBase64Url } from '@minben/kernel';
import { createFileSigner, type Signer } from '@minben/ports';
import type { Cluster } from '../support/cluster.ts';
import { HUB_ORIGIN } from '../support/plan.ts';
import { demand, type Law } from './model.ts';
import { makeRogueKey } from './refuses-grant.ts';

interface Craft {
  readonly bundle?: (bundle: TrustBundle) => TrustBundle;
  readonly signer?: Signer;
  readonly logSigner?: Signer;
  readonly kind?: string;
  readonly text?: (text: string) => string;
  readonly proof?: (proof: string) => string;
}

/** The bundle that would follow, but for one thing: everything else is signed and proven as it should be. */
async function craft(cluster: Cluster, change: Craft): Promise<string> {
  const { hub } = cluster.prepared;
  const { sealed, bundle: current } = await cluster.bundle();
  const next: TrustBundle = {
    ...current,
    version: current.version + 1,
    previous: digestBundle(sealed.details),
    issuedAt: Math.floor(Date.now() / 1000),
  };
  const written = canonicalize(change.bundle?.(next) ?? next);
  const details = change.text?.(written) ?? written;
  const signature = encodeBase64Url(
    await (change.signer ?? hub.bundle).sign(Buffer.from(`minben/bundle/1\n${details}`)),
  );
  const salt = randomBytes(32);
  const entry = commit(change.kind ?? 'bundle', salt, Buffer.from(details));
  const checkpoint = await signHead(change.logSigner ?? hub.log, hashLeaf(entry));
  const proof = formatProof({ index: 0, path: [], checkpoint });
  return JSON.stringify({ details, signature, salt: encodeBase64Url(salt), proof: change.proof?.(proof) ?? proof });
}

/** A tree of one entry under the hub log's name. */
async function signHead(signer: Signer, root: Uint8Array): Promise<string> {
  const text = `${HUB_ORIGIN}\n1\n${Buffer.from(root).toString('base64')}\n`;
  const key = formatVerifierKey(createVerifierKey(HUB_ORIGIN, 'log', signer.publicKey));
  const id = Buffer.from(key.split('+')[1] ?? '', 'hex');
  const signature = Buffer.concat([id, await signer.sign(Buffer.from(text))]).toString('base64');
  return `${text}\n— ${HUB_ORIGIN} ${signature}\n`;
}

const rogue = makeRogueKey();
const keyText = (signer: Signer): string => encodeBase64Url(signer.publicKey);

/** A law that a gateway goes on under the bundle it holds when it is shown this one. */
function keepsItsBundle(id: string, name: string, reason: string, change: Craft | ((cluster: Cluster) => Craft)): Law {
  return {
    id,
    rules: [24],
    name,
    bindings: [],
    needs: ['b1'],
    async run({ cluster }) {
      const b1 = cluster.gateway('b1');
      const from = b1.child.lines.length;
      b1.hub.showBundle(await craft(cluster, typeof change === 'function' ? change(cluster) : change));
      const line = await b1.child.heard(({ event }) => event === 'bundle-refused' || event === 'bundle-accepted', from);
      demand(line.event === 'bundle-refused', 'refused', line);
      demand(line['reason'] === reason, `refused as ${reason}`, line);
    },
  };
}

export const bundleLaws: readonly Law[] = [
  keepsItsBundle(
    'bundle-untrusted-key',
    'takes no bundle under a key that nobody handed over or announced',
    'bundle-untrusted-key',
    {
      signer: rogue,
      bundle: (bundle) => ({ ...bundle, keys: { ...bundle.keys, bundle: keyText(rogue) } }),
    },
  ),
  keepsItsBundle('bundle-signature', 'takes no bundle that its key did not sign', 'bundle-signature', {
    signer: rogue,
  }),
  keepsItsBundle(
    'bundle-key-of-another-role',
    'takes no bundle that the hub’s grant key signed',
    'bundle-signature',
    (cluster) => ({ signer: cluster.prepared.hub.grant }),
  ),
  keepsItsBundle('bundle-not-newer', 'takes no bundle of a version that it holds or is past', 'bundle-not-newer', {
    bundle: (bundle) => ({ ...bundle, version: bundle.version - 1 }),
  }),
  keepsItsBundle(
    'bundle-broken-chain',
    'takes no next bundle that does not follow from its own',
    'bundle-broken-chain',
    {
      bundle: (bundle) => ({ ...bundle, previous: createHash('sha256').update('another').digest('hex') }),
    },
  ),
  keepsItsBundle('bundle-other-instance', 'takes no bundle of another instance', 'bundle-other-instance', {
    bundle: (bundle) => ({ ...bundle, instance: 'EE' }),
  }),
  keepsItsBundle('bundle-not-included', 'takes no bundle whose entry is not in the hub’s log', 'not-in-the-log', {
    proof: (proof) =>
      proof
        .replace('index 0', 'index 0')
        .replace(/^(.*\n)(index 0)\n/, '$1index 0\n' + `${Buffer.alloc(32, 1).toString('base64')}\n`),
  }),
  keepsItsBundle('bundle-kind', 'takes no bundle that was logged as an entry of another kind', 'not-in-the-log', {
    kind: 'grant',
  }),
  keepsItsBundle(
    'bundle-checkpoint',
    'takes no bundle proven by a log that another key signs',
    'proof-of-another-log',
    { logSigner: rogue },
  ),
  keepsItsBundle(
    'bundle-hub-log-changed',
    'follows the hub to no other log under the same key',
    'bundle-hub-log-changed',
    () => {
      const other = createFileSigner(randomBytes(32));
      return {
        logSigner: other,
        bundle: (bundle) => ({
          ...bundle,
          hub: { ...bundle.hub, logKey: formatVerifierKey(createVerifierKey(HUB_ORIGIN, 'log', other.publicKey)) },
        }),
      };
    },
  ),
  keepsItsBundle('bundle-beyond-its-age', 'takes no bundle beyond the age that its policy names', 'bundle-too-old', {
    bundle: (bundle) => ({ ...bundle, issuedAt: bundle.issuedAt - 8 * 86_400 }),
  }),
  keepsItsBundle('bundle-from-the-future', 'takes no bundle from the future', 'bundle-from-the-future', {
    bundle: (bundle) => ({ ...bundle, issuedAt: bundle.issuedAt + 3_600 }),
  }),
  keepsItsBundle('bundle-not-canonical', 'takes no bundle whose text is not canonical', 'bundle-not-canonical', {
    text: (text) => text.replace(':', ': '),
  }),
  keepsItsBundle('bundle-schema', 'takes no bundle with a member that no schema knows', 'bundle-schema', {
    bundle: (bundle) => ({ ...bundle, more: 1 }) as TrustBundle,
  }),
  {
    id: 'bundle-of-the-successor',
    rules: [24],
    name: 'follows the announced successor key, and nobody else after it',
    bindings: [],
    needs: ['b1'],
    ruins: true,
    async run({ cluster }) {
      const b1 = cluster.gateway('b1');
      const { successor } = cluster.prepared;
      const from = b1.child.lines.length;
      b1.hub.showBundle(
        await craft(cluster, {
          signer: successor,
          bundle: ({ keys: { next: _next, ...keys }, ...bundle }) => ({
            ...bundle,
            keys: { ...keys, bundle: keyText(successor) },
          }),
        }),
      );
      const line = await b1.child.heard(({ event }) => event === 'bundle-refused' || event === 'bundle-accepted', from);
      demand(line.event === 'bundle-accepted', 'accepted', line);
      const after = b1.child.lines.length;
      b1.hub.showBundle(await craft(cluster, { bundle: (bundle) => ({ ...bundle, version: bundle.version + 5 }) }));
      const second = await b1.child.heard(
        ({ event }) => event === 'bundle-refused' || event === 'bundle-accepted',
        after,
      );
      demand(second['reason'] === 'bundle-untrusted-key', 'the old key is past', second);
    },
  },
];
