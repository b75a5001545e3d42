/** Exactly one code path reaches an agency's system (PROTOCOL 23): the gateway's sources say so, and so does the agency. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startCluster } from '../support/cluster.ts';
import { issueGrant } from '../support/grants.ts';
import { BINDINGS } from '../support/wire.ts';
import { setStage } from './model.ts';
import { verifyAnswer } from './verify-answer.ts';

const SOURCES = fileURLToPath(new URL('../../packages/gateway/src', import.meta.url));

/** Source files of the gateway in which the text stands, tests left out. */
function filesWith(text: RegExp): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('test-support'))
    .filter((path) => text.test(readFileSync(join(SOURCES, path), 'utf8')))
    .sort();
}

describe('the way to an agency’s system', () => {
  it('is one file: all others that open connections have another place to go to', () => {
    expect(filesWith(/\.(?:request|connect)\(\{|network\.(?:request|connect)\(/)).toEqual([
      'core/bundle-keeper.ts', // the hub’s public port
      'core/lease-loop.ts', // the hub’s lease port
      'init/fetch-trust.ts', // the hub, before there is a gateway
      'init/register-gateway.ts', // the hub’s operator, before there is a gateway
      'links/framed-link.ts', // peers
      'links/http-link.ts', // peers
      'peer-tiles.ts', // public ports of peers
      'register-door.ts',
    ]);
  });

  it('is known to that file alone: nothing else that runs reads where the system is', () => {
    const configuration = /^(?:config|init)\//;
    expect(filesWith(/\bbaseUrl\b/).filter((path) => !configuration.test(path))).toEqual(['register-door.ts']);
  });

  it('is taken from one place, behind every check', () => {
    expect(filesWith(/\.forward\(/)).toEqual(['core/receive.ts']);
    const receive = readFileSync(join(SOURCES, 'core/receive.ts'), 'utf8');
    expect(receive.match(/\.forward\(/g)).toHaveLength(1);
    expect(receive.indexOf('inspectRequest(inspection)')).toBeLessThan(receive.indexOf('.forward('));
  });

  it('shows the agency only requests under the secret, each answered under an entry of the gateway’s log', async () => {
    const cluster = await startCluster({ gateways: ['b1'], peers: 2 });
    const stage = setStage(cluster);
    try {
      const peer = await stage.peer();
      const grant = await issueGrant(cluster, `${peer.hand.plan.name}-residents-consent`);
      const proven = new Set<string>();
      for (const binding of BINDINGS) {
        for (const plan of [
          {},
          { method: 'POST' },
          { service: 'files' },
          { service: 'residents', grant: grant.token },
          { path: '/secrets/1' },
        ]) {
          const made = await peer.make(plan);
          const reply = await peer.send(binding, made);
          if (reply.kind === 'response' && verifyAnswer(stage, reply)) proven.add(made.id);
        }
      }
      const { requests } = cluster.agency;
      expect(requests).toHaveLength(8);
      for (const request of requests) {
        expect(request.header('t-road-gateway-secret')).toBe(cluster.prepared.registerSecret);
        expect(proven).toContain(request.header('t-road-message-id'));
      }
    } finally {
      await stage.close();
      await cluster.stop();
    }
  });
});
