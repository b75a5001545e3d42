import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_ROOT,
  formatTilePath,
  hashLeaf,
  hashNode,
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  TileTree,
  tilesBetween,
  verifyConsistency,
  verifyInclusion,
} from './index.ts';

const noTiles = () => Promise.resolve(undefined);
const entryOf = (index: number) => createHash('sha256').update(`entry ${index}`).digest();

/** RFC 6962 §2.1 as it is written, over leaf hashes: the reference everything else is compared with. */
function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const node = createHash('sha256').update(Uint8Array.of(1));
  return node
    .update(referenceRoot(leaves.slice(0, split)))
    .update(referenceRoot(leaves.slice(split)))
    .digest();
}

function flipEachByte(hash: Uint8Array): Uint8Array[] {
  return Array.from(hash, (_, position) => {
    const altered = Uint8Array.from(hash);
    altered[position] = (altered[position] as number) ^ 0x01;
    return altered;
  });
}

describe('RFC 6962 hashing', () => {
  // Leaves and roots of the test vectors that Certificate Transparency's implementations share.
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('gives the published roots of the eight-leaf tree', () => {
    const hashes = leaves.map((leaf) => hashLeaf(Buffer.from(leaf, 'hex')));
    expect(Buffer.from(EMPTY_ROOT).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    for (const [position, root] of roots.entries()) {
      expect(Buffer.from(referenceRoot(hashes.slice(0, position + 1))).toString('hex')).toBe(root);
    }
    const [first, second] = hashes as [Buffer, Buffer, ...Buffer[]];
    expect(Buffer.from(hashNode(first, second)).toString('hex')).toBe(roots[1]);
  });
});

describe('a tile tree', () => {
  const tree = new TileTree(noTiles);
  const leaves: Uint8Array[] = [];
  const heads: { size: number; root: Uint8Array }[] = [{ size: 0, root: tree.edge().root }];
  const spines: (readonly Tile[])[] = [];
  for (let index = 0; index < 300; index++) {
    spines.push(tree.spine);
    expect(tree.append(entryOf(index))).toBe(index);
    leaves.push(hashLeaf(entryOf(index)));
    heads.push({ size: index + 1, root: tree.edge().root });
  }

  it('has the root of RFC 6962 at every size up to 300', async () => {
    for (const head of heads) {
      expect(Buffer.from(head.root)).toEqual(Buffer.from(referenceRoot(leaves.slice(0, head.size))));
      expect(Buffer.from(await tree.rootAt(head.size))).toEqual(Buffer.from(head.root));
    }
  });

  it('proves every leaf in every tree up to 300', async () => {
    const unproven: string[] = [];
    for (const head of heads) {
      for (let index = 0; index < head.size; index++) {
        const path = await tree.inclusionPath(index, head.size);
        if (!verifyInclusion(leaves[index] as Uint8Array, index, head, path))
          unproven.push(`leaf ${index} of ${head.size}`);
      }
    }
    expect(unproven).toEqual([]);
  });

  it('gives the newest head its paths at once, from the edge and the spine of the leaf', async () => {
    const other = new TileTree(noTiles);
    for (let index = 0; index < 300; index++) {
      other.append(entryOf(index));
      const edge = other.edge();
      for (let leaf = 0; leaf <= index; leaf++) {
        const path = edge.inclusionPath(leaf, leaf < 256 ? (spines[0] as Tile[]) : (spines[256] as Tile[]));
        if (!verifyInclusion(leaves[leaf] as Uint8Array, leaf, edge, path))
          throw new Error(`leaf ${leaf} of ${edge.size}`);
      }
    }
    expect(tree.edge().inclusionPath(7, tree.spine.with(0, spines[0]?.[0] as Tile))).toEqual(
      await tree.inclusionPath(7, 300),
    );
  });

  it('proves every tree up to 300 consistent with every later one', async () => {
    const unproven: string[] = [];
    for (const older of heads) {
      for (const newer of heads.slice(older.size)) {
        const path = await tree.consistencyPath(older.size, newer.size);
        if (!verifyConsistency(older, newer, path)) unproven.push(`${older.size} in ${newer.size}`);
      }
    }
    expect(unproven).toEqual([]);
  });

  it('refuses an inclusion proof with any byte altered, a hash missing, or one too many', async () => {
    for (const [index, size] of [
      [0, 1],
      [0, 2],
      [5, 7],
      [6, 7],
      [255, 257],
      [256, 257],
      [99, 300],
      [299, 300],
    ] as const) {
      const head = heads[size] as { size: number; root: Uint8Array };
      const leaf = leaves[index] as Uint8Array;
      const path = await tree.inclusionPath(index, size);
      expect(verifyInclusion(leaf, index, head, path)).toBe(true);
      for (const [position, hash] of path.entries()) {
        for (const altered of flipEachByte(hash))
          expect(verifyInclusion(leaf, index, head, path.with(position, altered))).toBe(false);
        expect(verifyInclusion(leaf, index, head, path.toSpliced(position, 1))).toBe(false);
      }
      for (const altered of flipEachByte(leaf)) expect(verifyInclusion(altered, index, head, path)).toBe(false);
      for (const root of flipEachByte(head.root))
        expect(verifyInclusion(leaf, index, { size, root }, path)).toBe(false);
      expect(verifyInclusion(leaf, index, head, [...path, leaf])).toBe(false);
      for (const wrong of [index - 1, index + 1, size, -1, 0.5])
        expect(verifyInclusion(leaf, wrong, head, path)).toBe(false);
    }
  });

  it('refuses a consistency proof with any byte altered, a hash missing, or one too many', async () => {
    for (const [from, to] of [
      [0, 5],
      [1, 2],
      [4, 8],
      [6, 7],
      [7, 300],
      [128, 300],
      [255, 256],
      [256, 300],
      [300, 300],
    ] as const) {
      const older = heads[from] as { size: number; root: Uint8Array };
      const newer = heads[to] as { size: number; root: Uint8Array };
      const path = await tree.consistencyPath(from, to);
      expect(verifyConsistency(older, newer, path)).toBe(true);
      for (const [position, hash] of path.entries()) {
        for (const altered of flipEachByte(hash))
          expect(verifyConsistency(older, newer, path.with(position, altered))).toBe(false);
        expect(verifyConsistency(older, newer, path.toSpliced(position, 1))).toBe(false);
      }
      for (const root of flipEachByte(older.root))
        expect(verifyConsistency({ size: from, root }, newer, path)).toBe(false);
      if (from > 0)
        for (const root of flipEachByte(newer.root))
          expect(verifyConsistency(older, { size: to, root }, path)).toBe(false);
      expect(verifyConsistency(older, newer, [...path, newer.root])).toBe(false);
      if (from !== to) expect(verifyConsistency(newer, older, path)).toBe(false);
    }
  });

  it('goes on from its edge as if it had never stopped', () => {
    for (const size of [0, 1, 255, 256, 257, 299]) {
      const resumed = new TileTree(noTiles, { from: tree.edgeAt(size) });
      expect(resumed.edge().root).toEqual((heads[size] as { root: Uint8Array }).root);
      for (let index = size; index < 300; index++) resumed.append(entryOf(index));
      expect(resumed.edge().root).toEqual((heads[300] as { root: Uint8Array }).root);
    }
  });

  it('believes a tile from the disk only when its parent says the same', async () => {
    const file = Buffer.from(((spines[0] as Tile[])[0] as Tile).nodes.subarray(0, 8192));
    const resumed = new TileTree(() => Promise.resolve(file), { from: tree.edgeAt(300) });
    expect(await resumed.inclusionPath(3, 300)).toEqual(await tree.inclusionPath(3, 300));
    const damaged = Buffer.from(file);
    damaged[4711] = (damaged[4711] as number) ^ 0x10;
    const misled = new TileTree(() => Promise.resolve(damaged), { from: tree.edgeAt(300) });
    await expect(misled.inclusionPath(3, 300)).rejects.toThrow('tile 0/0 is missing or damaged');
  });
});

describe('tiles', () => {
  it('cuts a tree of 70,000 entries as the specification says', () => {
    const tiles = tilesBetween(0, 70_000);
    const full = (level: number) => tiles.filter((tile) => tile.level === level && tile.width === TILE_WIDTH).length;
    const partial = tiles
      .filter((tile) => tile.width < TILE_WIDTH)
      .map((tile) => [tile.level, tile.number, tile.width]);
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect(partial).toEqual([
      [0, 273, 112],
      [1, 1, 17],
      [2, 0, 1],
    ]);
    expect(tilesBetween(0, 256).map((tile) => [tile.level, tile.width])).toEqual([
      [0, 256],
      [1, 1],
    ]);
  });

  it('crosses two tile levels in 70,000 appends and still proves every kind of leaf', async () => {
    const tree = new TileTree(noTiles);
    for (let index = 0; index < 70_000; index++) tree.append(entryOf(index));
    const head = tree.edge();
    for (const index of [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999]) {
      const path = await tree.inclusionPath(index, 70_000);
      expect(verifyInclusion(hashLeaf(entryOf(index)), index, head, path)).toBe(true);
    }
    for (const from of [1, 256, 65_536, 69_999]) {
      const older = { size: from, root: await tree.rootAt(from) };
      expect(verifyConsistency(older, head, await tree.consistencyPath(from, 70_000))).toBe(true);
    }
  });

  it('names each tile in exactly one way', () => {
    expect(formatTilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067');
    expect(formatTilePath('entries', 273, 112)).toBe('tile/entries/273.p/112');
    expect(parseTilePath('tile/entries/x001/000.p/1')).toEqual({ level: 'entries', number: 1000, width: 1 });
    for (const path of [
      'tile/00/000',
      'tile/64/000',
      'tile/0/00',
      'tile/0/x000/001',
      'tile/0/001/001',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/0/000.p/01',
      'tile/0/../000',
      'tile/0/000/',
    ]) {
      expect(parseTilePath(path)).toBeUndefined();
    }
  });
});
