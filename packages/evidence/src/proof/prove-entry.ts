/** The best proof that a log can give for one of its entries now. */
import type { EvidenceLog, WitnessedHead } from '../contract.ts';
import { formatProof } from './tlog-proof.ts';

/**
 * Proves the entry at `index` (C2SP tlog-proof): under the newest witnessed checkpoint when that covers it,
 * else under the newest head; then the proof is provisional (PROTOCOL 13). Rejects with RangeError when
 * there is no such entry.
 */
export async function proveEntry(
  log: EvidenceLog & { readonly witnessed?: WitnessedHead | undefined },
  index: number,
): Promise<string> {
  const { witnessed, head } = log;
  const { size, checkpoint } = witnessed !== undefined && index < witnessed.size ? witnessed : head;
  return formatProof({ index, path: await log.inclusionPath(index, size), checkpoint });
}
