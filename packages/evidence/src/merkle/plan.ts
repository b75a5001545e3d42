/**
 * Which parts of a tree a proof consists of (RFC 6962 §2.1.1 and §2.1.2), told as ranges of leaves, and
 * of which complete subtrees each range is folded. Knows no hashes: the same plan serves a tree in
 * memory, tiles on a disk and tiles of somebody else's log.
 */

/** Leaves `start` ≤ i < `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** The complete subtree over the leaves `index`·2^`height` … (`index`+1)·2^`height` − 1. */
export interface NodePlace {
  readonly height: number;
  readonly index: number;
}

/** Largest power of two strictly smaller than `count` (≥ 2). */
function splitPoint(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

function assertSizes(small: number, large: number, smallest: number): void {
  if (!Number.isSafeInteger(small) || !Number.isSafeInteger(large) || small < smallest || small > large) {
    throw new RangeError(`no such proof: ${small} in a tree of ${large}`);
  }
}

/** Ranges of the inclusion path of leaf `index` in a tree of `size`, leaf side first. Throws RangeError outside the tree. */
export function planInclusion(index: number, size: number): LeafRange[] {
  assertSizes(index, size - 1, 0);
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/**
 * Ranges of the consistency path between trees of `from` and `to` leaves. Empty from 0 (as C2SP
 * tlog-witness asks) and between equal sizes. Throws RangeError when `from` > `to`.
 */
export function planConsistency(from: number, to: number): LeafRange[] {
  assertSizes(from, to, 0);
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = to;
  let whole = true;
  while (from !== end) {
    const middle = start + splitPoint(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete subtrees a range is folded of, left to right. */
export function nodesOfRange(range: LeafRange): NodePlace[] {
  const nodes: NodePlace[] = [];
  let start = range.start;
  while (start < range.end) {
    let height = 0;
    let width = 1;
    while (start % (width * 2) === 0 && start + width * 2 <= range.end) {
      width *= 2;
      height += 1;
    }
    nodes.push({ height, index: start / width });
    start += width;
  }
  return nodes;
}
