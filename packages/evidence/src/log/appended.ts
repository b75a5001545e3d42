/** An appended entry whose inclusion path is put together when somebody first asks for it. */
import type { Appended, Hash, SignedHead } from '../contract.ts';
import type { Edge, Tile } from '../merkle/index.ts';

export class DurableEntry implements Appended {
  readonly index: number;
  readonly head: SignedHead;
  readonly #edge: Edge;
  readonly #spine: readonly Tile[];
  #path: readonly Hash[] | undefined;

  constructor(index: number, head: SignedHead, edge: Edge, spine: readonly Tile[]) {
    this.index = index;
    this.head = head;
    this.#edge = edge;
    this.#spine = spine;
  }

  get path(): readonly Hash[] {
    this.#path ??= this.#edge.inclusionPath(this.index, this.#spine);
    return this.#path;
  }
}
