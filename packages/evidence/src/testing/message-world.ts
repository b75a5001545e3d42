/** Two gateways' logs and two witnesses, one message between them, and the trust policy of somebody who reads its receipts. */
import { createHash } from 'node:crypto';
import { canonicalize, encodeBase64Url, type JsonObject } from '@minben/kernel';
import type { PublicLog } from '../contract.ts';
import {
  collectCosignatures,
  commit,
  cosign,
  createVerifierKey,
  formatVerifierKey,
  type MessageReceipt,
  parseCheckpoint,
  proveEntry,
  type Receipt,
  type TrustPolicy,
} from '../index.ts';
import { entryOf, openTestLog, signerOf } from './fixture.ts';

const WITNESSES = ['witness.example/1', 'witness.example/2'];
export const MESSAGE = '019a0000-0000-7000-8000-000000000001';
/** Seconds; the second witness cosigns a second later. */
export const COSIGNED_AT = 1_800_000_000;

export interface Side {
  readonly origin: string;
  readonly gateway: string;
  readonly member: string;
  readonly log: PublicLog;
}

export interface MessageWorld {
  readonly consumer: Side;
  readonly provider: Side;
  readonly policy: TrustPolicy;
  /** Appends an entry among others; the receipt comes from `prove` once its head is witnessed. */
  append(
    side: Side,
    kind: string,
    details: JsonObject,
  ): Promise<Omit<Receipt, 'proof'> & { readonly index: number; readonly entry: Buffer }>;
  witness(side: Side, count?: number): Promise<void>;
  prove(side: Side, appended: Omit<Receipt, 'proof'> & { readonly index: number }): Promise<Receipt>;
  close(): Promise<void>;
}

async function openSide(directory: string, name: string): Promise<Side> {
  const origin = `log.example/${name.toLowerCase()}`;
  const { log } = await openTestLog(`${directory}/${name}`, { origin, signer: signerOf(origin) });
  return { origin, gateway: `TW/GOV/${name}/gw1`, member: `TW/GOV/${name}`, log };
}

export async function createMessageWorld(directory: string): Promise<MessageWorld> {
  const consumer = await openSide(directory, 'A01');
  const provider = await openSide(directory, 'A02');
  const witnessKeys = WITNESSES.map((name) => createVerifierKey(name, 'witness', signerOf(name).publicKey));
  let salts = 0;
  return {
    consumer,
    provider,
    policy: {
      v: 1,
      logs: [consumer, provider].map(({ origin, gateway }) => ({
        key: formatVerifierKey(createVerifierKey(origin, 'log', signerOf(origin).publicKey)),
        gateway,
      })),
      witnesses: witnessKeys.map(formatVerifierKey),
      quorum: 2,
    },
    async append(side, kind, details) {
      const salt = createHash('sha256').update(`salt ${salts++}`).digest();
      const text = canonicalize(details);
      const entry = commit(kind, salt, text);
      await side.log.append(entryOf(`before ${salts}`));
      const { index } = await side.log.append(entry);
      await Promise.all(Array.from({ length: 5 }, (_, each) => side.log.append(entryOf(`after ${salts} ${each}`))));
      return { v: 1, kind, details: text, salt: encodeBase64Url(salt), index, entry };
    },
    async witness(side, count = WITNESSES.length) {
      const { checkpoint } = await side.log.publish();
      const parsed = parseCheckpoint(checkpoint);
      if (!parsed.ok) throw new Error(parsed.error);
      const lines = await Promise.all(
        WITNESSES.slice(0, count).map((name, later) =>
          cosign(signerOf(name), name, COSIGNED_AT + later, parsed.value.text),
        ),
      );
      const cosigned = parseCheckpoint(`${checkpoint}${lines.join('')}`);
      if (!cosigned.ok || collectCosignatures(cosigned.value, witnessKeys).length !== count)
        throw new Error('not cosigned');
      await side.log.adoptWitnessed(`${checkpoint}${lines.join('')}`);
    },
    async prove(side, { v, kind, details, salt, index }) {
      return { v, kind, details, salt, proof: await proveEntry(side.log, index) };
    },
    async close() {
      await consumer.log.close();
      await provider.log.close();
    },
  };
}

export function requestDetails(from: Side, to: Side, changes: JsonObject = {}): JsonObject {
  return {
    v: 1,
    id: MESSAGE,
    from: { gateway: from.gateway, member: from.member, client: `${from.member}/portal` },
    to: { gateway: to.gateway, member: to.member },
    origin: from.origin,
    service: `${to.member}/register/residents`,
    serviceVersion: '1',
    method: 'GET',
    path: '/residents/me',
    headers: 'a'.repeat(64),
    body: { sha256: 'b'.repeat(64), length: 0 },
    purpose: 'parking-permit',
    agreement: 'agreement-1',
    bundle: 1,
    iat: COSIGNED_AT - 5,
    exp: COSIGNED_AT + 25,
    ...changes,
  };
}

export function responseDetails(from: Side, to: Side, request: Buffer, changes: JsonObject = {}): JsonObject {
  return {
    v: 1,
    id: MESSAGE,
    request: request.toString('hex'),
    from: { gateway: from.gateway, member: from.member },
    to: { gateway: to.gateway, member: to.member },
    origin: from.origin,
    status: 200,
    headers: 'c'.repeat(64),
    body: { sha256: 'd'.repeat(64), length: 120 },
    fields: ['name', '戶籍地址'],
    outcome: 'delivered',
    statusVersion: 3,
    iat: COSIGNED_AT - 4,
    ...changes,
  };
}

/** One request and its answer, both witnessed, as the file that a person gets. */
export async function exchangeOneMessage(world: MessageWorld): Promise<MessageReceipt> {
  const { consumer, provider } = world;
  const request = await world.append(consumer, 'request', requestDetails(consumer, provider));
  const response = await world.append(provider, 'response', responseDetails(provider, consumer, request.entry));
  await world.witness(consumer);
  await world.witness(provider);
  return {
    v: 1,
    message: MESSAGE,
    entries: [await world.prove(consumer, request), await world.prove(provider, response)],
  };
}
