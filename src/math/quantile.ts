/** Ascending, the argument untouched. */
export function sorted(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b)
}

/**
 * The value below which a share `q` (0 to 1) of an ascending sample lies, interpolated between its neighbours
 * (type 7 of Hyndman and Fan, 1996: what R, NumPy and DuckDB's `quantile_cont` use). 0 for an empty sample.
 */
export function quantile(ascending: readonly number[], q: number): number {
  const place = (ascending.length - 1) * q
  const below = ascending[Math.floor(place)] ?? 0
  const above = ascending[Math.ceil(place)] ?? 0
  return below + (above - below) * (place - Math.floor(place))
}

/** The middle of an ascending sample; the mean of the two middles where it is even. */
export function median(ascending: readonly number[]): number {
  return quantile(ascending, 0.5)
}
