import { median, sorted } from './quantile.ts'

/** The figures of a sample: what a baseline is made of. All 0 for an empty one. */
export function figures(values: readonly number[]): {
  count: number
  mean: number
  /** Sample standard deviation (n − 1); 0 for fewer than two. */
  deviation: number
  median: number
  /** Median absolute deviation from the median, unscaled. */
  mad: number
} {
  const count = values.length
  if (count === 0) return { count, mean: 0, deviation: 0, median: 0, mad: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const middle = median(sorted(values))
  return {
    count,
    mean,
    deviation: count < 2 ? 0 : Math.sqrt(squares / (count - 1)),
    median: middle,
    mad: median(sorted(values.map((value) => Math.abs(value - middle)))),
  }
}
