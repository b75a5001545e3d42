import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signerOf } from '../testing/fixture.ts';
import {
  collectCosignatures,
  cosign,
  createVerifierKey,
  formatCheckpoint,
  formatCheckpointText,
  formatSignatureLine,
  formatVerifierKey,
  parseCheckpoint,
  parseNote,
  parseSignatureLine,
  parseVerifierKey,
  verifyCheckpoint,
} from './index.ts';

const ORIGIN = 'example.com/behind-the-sofa';
const WITNESS = 'witness.example.com/w1';
/** The checkpoint that C2SP tlog-checkpoint and tlog-cosignature show. */
const SPECIFIED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

const logKey = createVerifierKey(ORIGIN, 'log', signerOf(ORIGIN).publicKey);
const witnessKey = createVerifierKey(WITNESS, 'witness', signerOf(WITNESS).publicKey);
const root = Buffer.alloc(32, 3);

async function signed(text = formatCheckpointText(ORIGIN, 7, root)): Promise<string> {
  const bytes = await signerOf(ORIGIN).sign(Buffer.from(text));
  return `${text}\n${formatSignatureLine({ name: ORIGIN, keyId: logKey.keyId, bytes })}`;
}

describe('a signed note', () => {
  it('is read as the specifications show it', () => {
    const parsed = parseCheckpoint(SPECIFIED);
    expect(parsed).toMatchObject({ ok: true, value: { origin: ORIGIN, size: 20_852_163 } });
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.signatures.map(({ name }) => name)).toEqual([ORIGIN, WITNESS]);
    expect(parsed.value.signatures[1]?.bytes.readBigUInt64BE(0)).toBe(1_679_315_147n);
  });

  it('is refused by name when it is malformed', () => {
    const [text, lines] = SPECIFIED.split('\n\n') as [string, string];
    const rows: [string, string][] = [
      [SPECIFIED.replace('sofa', 'so\u0000fa'), 'control-character'],
      [SPECIFIED.replace('sofa', 'so\tfa'), 'control-character'],
      [SPECIFIED.replaceAll('\n', '\r\n'), 'control-character'],
      [`\ud800${SPECIFIED}`, 'not-well-formed'],
      [`${text}\n`, 'no-blank-line'],
      [`${text}\n\n`, 'no-signature'],
      [SPECIFIED.slice(0, -1), 'bad-signature-line'],
      [SPECIFIED.replaceAll('—', '-'), 'bad-signature-line'],
      [`${text}\n\n— nameonly\n`, 'bad-signature-line'],
      [`${text}\n\n— with+plus AAAAAAAA\n`, 'bad-key-name'],
      [`${text}\n\n—  AAAAAAAA\n`, 'bad-key-name'],
      [`${text}\n\n— with\u00a0space AAAAAAAA\n`, 'bad-key-name'],
      [`${text}\n\n— name AAAAAAA\n`, 'bad-signature-encoding'],
      [`${text}\n\n— name AAAAAA==\n`, 'bad-signature-encoding'],
      [`${text}\n\n— name AAAAAAB=\n`, 'bad-signature-encoding'],
      [`${text}\n\n— name AAAA AAAA\n`, 'bad-signature-encoding'],
      [`${text}\n\n${lines.repeat(17)}`, 'too-many-signatures'],
      ['x'.repeat(300_000), 'too-large'],
    ];
    for (const [note, error] of rows)
      expect([note.slice(0, 80), parseNote(note)]).toEqual([note.slice(0, 80), { ok: false, error }]);
    expect(parseNote(`${text}\n\n${lines.repeat(8)}`).ok).toBe(true);
  });

  it('is a checkpoint only with origin, size and root in their one spelling', () => {
    const rows: [string, string][] = [
      [SPECIFIED.replace('20852163\n', ''), 'too-few-lines'],
      [SPECIFIED.replace('20852163', '020852163'), 'bad-size'],
      [SPECIFIED.replace('20852163', '-1'), 'bad-size'],
      [SPECIFIED.replace('20852163', '1e3'), 'bad-size'],
      [SPECIFIED.replace('20852163', '9007199254740993'), 'bad-size'],
      [SPECIFIED.replace('CsUY', 'CsU'), 'bad-root'],
      [SPECIFIED.replace('jxq2I=', 'jxq2J='), 'bad-root'],
      [SPECIFIED.replace('jxq2I=', 'jxq2'), 'bad-root'],
      [SPECIFIED.replace('20852163', '\n20852163'), 'empty-line'],
      [`\n${SPECIFIED}`, 'empty-line'],
    ];
    for (const [note, error] of rows) expect([note, parseCheckpoint(note)]).toEqual([note, { ok: false, error }]);
    expect(parseCheckpoint(SPECIFIED.replace('jxq2I=\n', 'jxq2I=\nextension\n')).ok).toBe(true);
  });

  it('survives being written and read with any name and bytes', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\s+\u0085\u0000-\u001f]/.test(text) && text.isWellFormed());
    fc.assert(
      fc.property(name, fc.nat(0xffff_ffff), fc.uint8Array({ minLength: 1, maxLength: 80 }), (each, keyId, bytes) => {
        const parsed = parseSignatureLine(formatSignatureLine({ name: each, keyId, bytes }).slice(0, -1));
        expect(parsed).toEqual({ ok: true, value: { name: each, keyId, bytes: Buffer.from(bytes) } });
      }),
    );
  });
});

describe('a verifier key', () => {
  it('is written and read in one way', () => {
    for (const key of [logKey, witnessKey]) {
      const text = formatVerifierKey(key);
      expect(text).toMatch(/^[^+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
      expect(parseVerifierKey(text)).toMatchObject({
        ok: true,
        value: { name: key.name, type: key.type, keyId: key.keyId },
      });
    }
  });

  it('has the key id of its specification', () => {
    // golang.org/x/mod/sumdb/note documents this pair.
    const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect(key).toMatchObject({ ok: true, value: { name: 'PeterNeumann', type: 'log', keyId: 0xc74f20a3 } });
  });

  it('is refused by name when anything in it is wrong', () => {
    const text = formatVerifierKey(logKey);
    const [name, id, encoded] = [ORIGIN, text.split('+')[1] as string, text.slice(ORIGIN.length + 10)];
    const rows: [string, string][] = [
      ['', 'not-three-parts'],
      [`${name}+${id}`, 'not-three-parts'],
      [`+${id}+${encoded}`, 'bad-key-name'],
      [`a b+${id}+${encoded}`, 'bad-key-name'],
      [`${name}x+${id}+${encoded}`, 'bad-key-id'],
      [`${name}+${id.toUpperCase()}x+${encoded}`, 'bad-key-id'],
      [`${name}+${id}+${encoded.slice(4)}`, 'bad-key-encoding'],
      [`${name}+${id}+Ag${encoded.slice(2)}`, 'unknown-key-type'],
    ];
    for (const [key, error] of rows) expect([key, parseVerifierKey(key)]).toEqual([key, { ok: false, error }]);
  });
});

describe('a checkpoint', () => {
  it('is believed only under the key of its origin', async () => {
    const note = await signed();
    expect(verifyCheckpoint(note, logKey)).toEqual({
      ok: true,
      value: { origin: ORIGIN, size: 7, root, checkpoint: note },
    });
    const signature = await signerOf('other').sign(Buffer.from(formatCheckpointText(ORIGIN, 7, root)));
    expect(verifyCheckpoint(formatCheckpoint(ORIGIN, 7, root, logKey.keyId, signature), logKey)).toEqual({
      ok: false,
      error: 'bad-signature',
    });
    expect(verifyCheckpoint(formatCheckpoint(ORIGIN, 7, root, 1, signature), logKey)).toEqual({
      ok: false,
      error: 'not-signed',
    });
    expect(verifyCheckpoint(note, createVerifierKey('other.example', 'log', logKey.publicKey))).toEqual({
      ok: false,
      error: 'other-origin',
    });
  });

  it('is refused with any byte altered', async () => {
    const note = await signed();
    for (let position = 0; position < note.length; position++) {
      const altered = `${note.slice(0, position)}${String.fromCharCode(note.charCodeAt(position) ^ 1)}${note.slice(position + 1)}`;
      expect([altered, verifyCheckpoint(altered, logKey).ok]).toEqual([altered, false]);
    }
  });

  it('carries the earliest valid cosignature of each known witness, and ignores all others', async () => {
    const note = await signed();
    const text = formatCheckpointText(ORIGIN, 7, root);
    const later = await cosign(signerOf(WITNESS), WITNESS, 2_000, text);
    const earlier = await cosign(signerOf(WITNESS), WITNESS, 1_000, text);
    const stranger = await cosign(signerOf('stranger'), 'stranger.example', 500, text);
    const forged = await cosign(signerOf('stranger'), WITNESS, 500, text);
    const elsewhere = await cosign(signerOf(WITNESS), WITNESS, 500, formatCheckpointText(ORIGIN, 8, root));
    const parsed = parseCheckpoint(`${note}${later}${stranger}${forged}${elsewhere}${earlier}`);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(collectCosignatures(parsed.value, [witnessKey])).toEqual([{ witness: WITNESS, time: 1_000 }]);
    expect(collectCosignatures(parsed.value, [logKey])).toEqual([]);
  });
});
