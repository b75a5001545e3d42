import { describe, expect, it } from 'vitest';
import { createVerifierKey, hashLeaf, parseProof, proveEntry, verifyCheckpoint, verifyInclusion } from '../index.ts';
import { entryOf, makeDirectory, ORIGIN, openTestLog, signerOf } from '../testing/fixture.ts';
import { formatProof } from './tlog-proof.ts';

const key = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);

describe('a tlog-proof', () => {
  it('of any entry verifies against the newest head, and against the witnessed one that covers it', async () => {
    const { log } = await openTestLog(await makeDirectory());
    for (let index = 0; index < 20; index++) await log.append(entryOf(index));
    const { checkpoint } = await log.publish();
    await log.adoptWitnessed(checkpoint);
    for (let index = 20; index < 30; index++) await log.append(entryOf(index));
    for (let index = 0; index < 30; index++) {
      const text = await proveEntry(log, index);
      const proof = parseProof(text);
      if (!proof.ok) throw new Error(proof.error);
      expect(formatProof(proof.value)).toBe(text);
      expect(proof.value.head.size).toBe(index < 20 ? 20 : 30);
      expect(verifyInclusion(hashLeaf(entryOf(index)), proof.value.index, proof.value.head, proof.value.path)).toBe(
        true,
      );
      expect(verifyCheckpoint(proof.value.checkpoint, key).ok).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThan(4_096);
    }
    await expect(proveEntry(log, 30)).rejects.toThrow(RangeError);
    await log.close();
  });

  it('is refused by name when it is malformed', async () => {
    const { log } = await openTestLog(await makeDirectory());
    for (let index = 0; index < 5; index++) await log.append(entryOf(index));
    const text = await proveEntry(log, 2);
    const hash = Buffer.alloc(32).toString('base64');
    const rows: [string, string][] = [
      ['', 'no-checkpoint'],
      [text.replace('@v1', '@v2'), 'not-a-proof'],
      [`x${text}`, 'not-a-proof'],
      [text.replace('\nindex 2', '\nextra A\nindex 2'), 'bad-extra'],
      [text.replace('index 2', 'index 02'), 'bad-index'],
      [text.replace('index 2\n', ''), 'bad-index'],
      [text.replace('index 2', 'index -2'), 'bad-index'],
      [text.replace('index 2\n', 'index 2\nAAAA\n'), 'bad-path'],
      [text.replace('index 2\n', `index 2\n${`${hash}\n`.repeat(64)}`), 'bad-path'],
      [text.replace('\n5\n', '\n05\n'), 'bad-size'],
      [text.slice(0, -1), 'bad-signature-line'],
    ];
    for (const [proof, error] of rows) expect([error, parseProof(proof)]).toEqual([error, { ok: false, error }]);
    const withExtra = parseProof(text.replace('\nindex 2', '\nextra AAEC\nindex 2'));
    expect(withExtra).toMatchObject({ ok: true, value: { index: 2, extra: Buffer.from([0, 1, 2]) } });
    await log.close();
  });
});
