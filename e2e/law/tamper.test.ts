/**
 * Tampering: for a valid request, a valid answer and a valid receipt, everything is changed in turn, and everything is
 * refused, each refusal with hop, rule and remedy. Every row is judged by the gateway's own functions; members, headers
 * and a sample of the bytes travel over the wire as well, on both bindings.
 */
import { type TrustPolicy, verifyReceipt } from '@minben/evidence';
import {
  type AwaitedAnswer,
  compileEndpoints,
  describeRefusal,
  type Here,
  indexBundle,
  inspectRequest,
  inspectResponse,
  type RuleName,
  readEvidenceHeaders,
  verifyGrant,
  writeEvidenceHeaders,
} from '@minben/exchange';
import { createRealClock } from '@minben/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEar } from '../../packages/gateway/src/core/ear.ts';
import { createHeadKeeper } from '../../packages/gateway/src/core/heads.ts';
import { createWitnessedAges } from '../../packages/gateway/src/core/witnessed-ages.ts';
import { type Cluster, startCluster, until } from '../support/cluster.ts';
import { consumerOf } from '../support/hostile-peer.ts';
import { BINDINGS, type Made, type Wire } from '../support/wire.ts';
import { demandExplained, type Stage, setStage } from './model.ts';
import { byteRows, changesOf, detailRows, headerRows, sample, type TamperRow } from './tamper-rows.ts';

let cluster: Cluster;
let stage: Stage;

beforeAll(async () => {
  cluster = await startCluster({ peers: 6, gateways: ['a', 'a-http', 'b1'] });
  stage = setStage(cluster);
});

afterAll(async () => {
  await stage?.close();
  await cluster?.stop();
});

const HEADERS: [string, string][] = [
  ['accept', 'application/json'],
  ['x-road-client', 'x'],
  ['x-road-id', '1'],
];

/** The receiver's view, made of the gateway's own parts. */
async function lookAs(gateway: 'a' | 'b1') {
  const { bundle } = await cluster.bundle();
  const index = indexBundle(bundle);
  const clock = createRealClock();
  const tiles = { rootsAt: () => Promise.reject(new Error('no tiles here')) };
  const heads = createHeadKeeper({ clock, tiles, onConflict: () => undefined, onAdvance: () => undefined });
  const ear = createEar(() => index, heads, createWitnessedAges(clock));
  const here: Here = {
    self: cluster.gateway(gateway).entry,
    bundle: index,
    now: Math.floor(Date.now() / 1000),
    isFrozen: heads.isFrozen,
    mayCall: (agreement, method, path) => compileEndpoints(agreement.endpoints).allows(method, path),
    openGrant: (token) => verifyGrant(token, index),
  };
  const arrive = (fingerprint: string, wire: Wire) => {
    const { kind, salt, details, index: at, path, checkpoint, headers, body } = wire;
    const head = ear.hear(fingerprint, checkpoint);
    const evidence = { kind, salt, details, index: at, size: head?.head.size ?? wire.size, path };
    return { peerFingerprint: fingerprint, evidence, head, headers, body };
  };
  return { here, arrive };
}

function expectRefused(what: string, rule: RuleName | undefined): void {
  expect(rule, `${what} passed`).toBeDefined();
  if (rule === undefined) return;
  const problem = describeRefusal({ rule, hop: 'provider-gateway', logId: 'x' });
  demandExplained({ ...problem }, rule);
}

async function makeRequest(): Promise<{ made: Made; fingerprint: string }> {
  const peer = await stage.peer();
  const made = await peer.make({ method: 'POST', body: Buffer.from('{"ask":1}'), headers: HEADERS });
  return { made, fingerprint: peer.hand.entry.certificates[0] ?? '' };
}

const allRows = (wire: Wire): TamperRow[] => [...detailRows(wire), ...headerRows(wire), ...byteRows(wire)];

describe('a tampered request', () => {
  it('is refused whatever member, header or byte was changed', async () => {
    const { made, fingerprint } = await makeRequest();
    const { here, arrive } = await lookAs('b1');
    expect(inspectRequest({ arrived: arrive(fingerprint, made.wire), here })).toBeUndefined();
    const rows = allRows(made.wire);
    expect(rows.length).toBeGreaterThan(500);
    for (const { what, alter } of rows) {
      const verdict = inspectRequest({ arrived: arrive(fingerprint, alter(made.wire)), here });
      expectRefused(what, verdict?.refusal.rule);
    }
  });

  it('is refused whatever letter of its two headers was changed in the HTTP/1.1 binding', async () => {
    const { made, fingerprint } = await makeRequest();
    const { here, arrive } = await lookAs('b1');
    const { kind, salt, details, index, path, checkpoint } = made.wire;
    const headers = writeEvidenceHeaders({ kind, salt, details, proof: { index, path, checkpoint } });
    let read = 0;
    for (const [at, [name, value]] of headers.entries()) {
      for (let letter = 0; letter < value.length; letter += 1) {
        const changed = `${value.slice(0, letter)}${value[letter] === 'A' ? 'B' : 'A'}${value.slice(letter + 1)}`;
        const evidence = readEvidenceHeaders(headers.with(at, [name, changed]));
        if (!evidence.ok) continue;
        read += 1;
        const { proof, ...rest } = evidence.value;
        const verdict = inspectRequest({ arrived: arrive(fingerprint, { ...made.wire, ...rest, ...proof }), here });
        expectRefused(`${name} letter ${letter}`, verdict?.refusal.rule);
      }
    }
    expect(read).toBeGreaterThan(100);
  });

  for (const binding of BINDINGS) {
    it(`is refused over ${binding}, with hop, rule and remedy, and reaches no agency`, async () => {
      const peer = await stage.peer();
      const { made } = await makeRequest();
      const rows = [...detailRows(made.wire), ...headerRows(made.wire), ...sample(byteRows(made.wire), 12)];
      for (const { what, alter } of rows) {
        const reply = await peer.send(binding, made, alter);
        expect(reply.kind, what).not.toBe('response');
        // A checkpoint or frame that cannot even be read ends the connection of the framed binding.
        if (reply.kind === 'closed') expect(what).toMatch(/checkpoint|kind/);
        else expectRefused(what, reply.rule as RuleName);
        if (reply.problem !== undefined) demandExplained(reply.problem, reply.rule ?? '');
      }
      expect(cluster.agency.under(made.id)).toEqual([]);
      expect((await peer.send(binding, made)).kind).toBe('response');
    });

    it(`is refused over ${binding} with the right proof of another message, of another log, and of an older head`, async () => {
      const peer = await stage.peer();
      const older = await peer.make();
      const { made } = await makeRequest();
      const other = await (await stage.fresh()).make();
      for (const wrong of [older, other]) {
        const { index, size, path, checkpoint, carried } = wrong.wire;
        const reply = await peer.send(binding, made, (wire) => ({ ...wire, index, size, path, checkpoint, carried }));
        expect(['entry-not-included', 'checkpoint-signature']).toContain(reply.rule);
      }
      const { size, checkpoint, carried } = older.wire;
      const reply = await peer.send(binding, made, (wire) => ({ ...wire, size, checkpoint, carried }));
      expect(reply.rule).toBe('entry-not-included');
    });
  }
});

describe('a tampered answer', () => {
  it('is refused whatever member, header or byte was changed', async () => {
    const { peer, provider, service } = await stage.freshProvider();
    let wire: Wire | undefined;
    provider.answer({ alter: (made) => (wire = made) });
    const got = await stage.call({ service, method: 'POST', path: '/people/1' });
    expect(got.status).toBe(200);
    const [request] = provider.requests;
    if (wire === undefined || request === undefined) throw new Error('nothing was answered');
    const { here, arrive } = await lookAs('a');
    const agreement = here.bundle.agreements.get(`CITY-${peer.hand.plan.name}`);
    const entry = here.bundle.gateways.get(peer.hand.plan.gateway);
    if (agreement === undefined || entry === undefined) throw new Error('not in the bundle');
    const awaited: AwaitedAnswer = { id: request.details.id, entry: request.entry, peer: entry, agreement };
    const fingerprint = entry.certificates[0] ?? '';
    const answer = wire;
    expect(inspectResponse({ arrived: arrive(fingerprint, answer), here, awaited })).toBeUndefined();
    const rows = allRows(answer);
    expect(rows.length).toBeGreaterThan(500);
    for (const { what, alter } of rows)
      expectRefused(what, inspectResponse({ arrived: arrive(fingerprint, alter(answer)), here, awaited })?.rule);
  });

  for (const binding of BINDINGS) {
    it(`is not delivered over ${binding}`, async () => {
      const { provider, service } = await stage.freshProvider();
      const gateway = consumerOf(binding);
      let template: Wire | undefined;
      provider.answer({ alter: (made) => (template = made) });
      const ask = () => stage.call({ gateway, service, method: 'POST', path: '/people/1' });
      expect((await ask()).status).toBe(200);
      if (template === undefined) throw new Error('nothing was answered');
      const count = detailRows(template).length;
      for (let at = 0; at < count; at += 1) {
        // Each answer is another message: its rows are made anew.
        let what = '';
        provider.answer({
          alter(made) {
            const row = detailRows(made)[at];
            what = row?.what ?? '';
            return row?.alter(made) ?? made;
          },
        });
        const got = await ask();
        expect(got.rule, what).toBeDefined();
        demandExplained(got.json, got.rule ?? '');
        expect(got.hop).toBe('consumer-gateway');
        expect(got.text).not.toContain('王小明');
      }
    });
  }
});

describe('a tampered receipt', () => {
  it('does not verify, whatever was changed in it', async () => {
    const id = (await stage.call()).header('t-road-message-id') ?? '';
    let text = '';
    await until('the receipt is there', async () => {
      const got = await cluster.gateway('a').get('consumer', `/receipts/${id}`);
      text = got.text;
      return got.status === 200 && (JSON.parse(text) as { entries: unknown[] }).entries.length === 2;
    });
    const receipt = JSON.parse(text) as { entries: { salt: string; proof: string; details: string }[] };
    const logs = (['a', 'b1'] as const)
      .map((name) => cluster.gateway(name).entry)
      .map(({ logKey, id: gateway }) => ({ key: logKey, gateway }));
    const policy: TrustPolicy = { v: 1, logs, witnesses: [], quorum: 0 };
    const verify = async (value: unknown) => (await verifyReceipt(value, policy)).ok;
    expect(await verify(receipt)).toBe(true);
    // A holder may have, and show, fewer entries than there are.
    const changes = changesOf(receipt as never).filter(({ what }) => !/^\.entries\[\d\] removed$/.test(what));
    expect(changes.length).toBeGreaterThan(10);
    for (const { what, changed } of changes) expect(await verify(changed), what).toBe(false);
    for (const [at, entry] of receipt.entries.entries()) {
      for (const part of ['salt', 'details'] as const) {
        for (let letter = 0; letter < entry[part].length; letter += 1) {
          const other = entry[part][letter] === 'A' ? 'B' : 'A';
          const spoilt = `${entry[part].slice(0, letter)}${other}${entry[part].slice(letter + 1)}`;
          const entries = receipt.entries.with(at, { ...entry, [part]: spoilt });
          expect(await verify({ ...receipt, entries }), `${part} letter ${letter}`).toBe(false);
        }
      }
    }
    const [request, response] = receipt.entries;
    if (request === undefined || response === undefined) throw new Error('two entries');
    const swapped = [
      { ...request, proof: response.proof },
      { ...response, proof: request.proof },
    ];
    expect(await verify({ ...receipt, entries: swapped })).toBe(false);
  });
});
