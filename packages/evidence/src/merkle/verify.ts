/** Verification of inclusion and consistency (RFC 9162 §2.1.3.2 and §2.1.4.2). Pure; false for anything malformed. */
import type { Hash } from '../contract.ts';
import { EMPTY_ROOT, HASH_BYTES, hashNode, sameHash, writeNodeHash } from './hash.ts';

/** The root that an inclusion path leads to, or undefined when the path cannot belong to `index` and `size`. */
export function rootOfInclusion(leafHash: Hash, index: number, size: number, path: readonly Hash[]): Hash | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  if (leafHash.length !== HASH_BYTES) return undefined;
  let node = index;
  let last = size - 1;
  const root = Buffer.allocUnsafe(HASH_BYTES);
  root.set(leafHash);
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_BYTES) return undefined;
    if (node % 2 === 1 || node === last) {
      writeNodeHash(root, 0, sibling, root);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      writeNodeHash(root, 0, root, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : undefined;
}

/** Whether `leafHash` stands at `index` in the tree of `size` with this `root`. */
export function verifyInclusion(
  leafHash: Hash,
  index: number,
  head: { readonly size: number; readonly root: Hash },
  path: readonly Hash[],
): boolean {
  const root = rootOfInclusion(leafHash, index, head.size, path);
  return root !== undefined && sameHash(root, head.root);
}

/**
 * Whether `older` is a prefix of `newer`. From size 0 the path is empty and any newer head is accepted,
 * provided the older root is that of the empty tree.
 */
export function verifyConsistency(
  older: { readonly size: number; readonly root: Hash },
  newer: { readonly size: number; readonly root: Hash },
  path: readonly Hash[],
): boolean {
  if (!Number.isSafeInteger(older.size) || !Number.isSafeInteger(newer.size) || older.size < 0) return false;
  if (older.size > newer.size || path.some((hash) => hash.length !== HASH_BYTES)) return false;
  if (older.size === newer.size) return path.length === 0 && sameHash(older.root, newer.root);
  if (older.size === 0) return path.length === 0 && sameHash(older.root, EMPTY_ROOT);

  let node = older.size - 1;
  let last = newer.size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // When the older tree is one complete subtree, its root begins the path and is not repeated in it.
  const [first, ...rest] = node === 0 ? [older.root, ...path] : path;
  if (first === undefined) return false;
  let olderRoot = first;
  let newerRoot = first;
  for (const hash of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      olderRoot = hashNode(hash, olderRoot);
      newerRoot = hashNode(hash, newerRoot);
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      newerRoot = hashNode(newerRoot, hash);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameHash(olderRoot, older.root) && sameHash(newerRoot, newer.root);
}
