/** The commitment of an entry (PROTOCOL 1) and its inclusion in a tree (RFC 6962, RFC 9162 §2.1.3.2). */
import { type Bytes, concat, equal, sha256, utf8 } from './bytes.ts';
import type { Proof } from './note.ts';

/** SHA-256("minben/evidence/1\n" ‖ kind ‖ "\n" ‖ salt ‖ details): the data of the log's leaf. */
export async function commitmentOf(kind: string, salt: Bytes, details: string): Promise<Bytes> {
  return await sha256(concat(utf8(`minben/evidence/1\n${kind}\n`), salt, utf8(details)));
}

/** Whether the entry stands where the proof says, in the tree whose root the checkpoint names. */
export async function isIncluded(entry: Bytes, proof: Proof): Promise<boolean> {
  if (proof.index >= proof.size) return false;
  let node = proof.index;
  let last = proof.size - 1;
  let root = await sha256(concat(Uint8Array.of(0), entry));
  for (const sibling of proof.path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      root = await sha256(concat(Uint8Array.of(1), sibling, root));
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      root = await sha256(concat(Uint8Array.of(1), root, sibling));
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equal(root, proof.root);
}
