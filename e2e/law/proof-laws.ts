/** What the household’s gateway refuses of a proof and of its time (PROTOCOL 1, 2, 7, 11, 14). */
import { randomBytes } from 'node:crypto';
import { demandRefused, type Law } from './model.ts';

import { changed, FRAMED, flip, now, refusesRequest } from './refuses-request.ts';

export const proofLaws: readonly Law[] = [
  refusesRequest({
    id: 'salt-changed',
    rules: [1, 2, 11],
    name: 'refuses another salt',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, salt: randomBytes(32) }),
  }),
  refusesRequest({
    id: 'path-changed',
    rules: [11],
    name: 'refuses an inclusion path with one bit changed',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, path: [flip(wire.path[0] ?? Buffer.alloc(32), 7), ...wire.path.slice(1)] }),
  }),
  refusesRequest({
    id: 'index-changed',
    rules: [11],
    name: 'refuses the place of another entry',
    rule: 'entry-not-included',
    alter: (wire) => ({ ...wire, index: wire.index - 1 }),
  }),
  refusesRequest({
    id: 'head-missing',
    rules: [9, 11],
    name: 'refuses a message on a head that was never announced',
    rule: 'entry-not-included',
    bindings: FRAMED,
    alter: (wire) => ({ ...wire, announce: false }),
  }),
  {
    id: 'proof-of-another-message',
    rules: [11],
    name: 'refuses the right proof of another message',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const other = await peer.make();
      const made = await peer.make();
      const { index, size, path, checkpoint } = other.wire;
      const reply = await peer.send(binding, made, (wire) => ({
        ...wire,
        index,
        size,
        path,
        checkpoint,
        carried: other.wire.carried,
      }));
      demandRefused(reply, 'entry-not-included');
    },
  },
  {
    id: 'proof-of-another-log',
    rules: [7, 11],
    name: 'refuses the proof of an entry in another peer’s log',
    needs: ['b1'],
    async run(stage, binding) {
      const peer = await stage.peer();
      const other = await stage.named('P11');
      const made = await peer.make({ log: other.log });
      demandRefused(await peer.send(binding, made), 'checkpoint-signature');
    },
  },
  refusesRequest({
    id: 'checkpoint-signature',
    rules: [7, 11],
    name: 'refuses a checkpoint whose signature does not verify',
    rule: 'checkpoint-signature',
    alter: (wire) => ({
      ...wire,
      checkpoint: wire.checkpoint.replace(
        /([A-Za-z0-9+/])([A-Za-z0-9+/]{9}={0,2}\n)$/,
        (_, one: string, rest: string) => (one === 'A' ? 'B' : 'A') + rest,
      ),
    }),
  }),
  refusesRequest({
    id: 'stale',
    rules: [11],
    name: 'refuses a message older than the freshness allows',
    rule: 'not-fresh',
    plan: { details: changed(() => ({ iat: now() - 40, exp: now() + 30 })) },
  }),
  refusesRequest({
    id: 'from-the-future',
    rules: [11, 14],
    name: 'refuses a message from the future',
    rule: 'not-fresh',
    plan: { details: changed(() => ({ iat: now() + 40, exp: now() + 70 })) },
  }),
  refusesRequest({
    id: 'message-expired',
    rules: [4, 11],
    name: 'refuses a message past its own time',
    rule: 'message-expired',
    plan: { details: changed(() => ({ iat: now() - 10, exp: now() - 5 })) },
  }),
];
