/** Middle value of the numbers (mean of the two middle ones when even in count); throws on none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Value below which `share` (0 … 1) of the numbers lie, interpolated between neighbours; throws on none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) throw new Error('no values to take a percentile of');
  return low + (high - low) * (position - Math.floor(position));
}
