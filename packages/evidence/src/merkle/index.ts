export { Edge } from './edge.ts';
export { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode, sameHash, writeEntryHash } from './hash.ts';
export { type LeafRange, type NodePlace, nodesOfRange, planConsistency, planInclusion } from './plan.ts';
export {
  expandTile,
  formatTilePath,
  hashesAtLevel,
  innerOffset,
  parseTilePath,
  placeInTile,
  TILE_HEIGHT,
  TILE_LEVELS,
  TILE_WIDTH,
  type Tile,
  type TileCoordinate,
  tilesBetween,
  widthInTree,
} from './tile.ts';
export { DamagedTile, type TileSource, TileTree, type TreeEdge } from './tile-tree.ts';
export { rootOfInclusion, verifyConsistency, verifyInclusion } from './verify.ts';
