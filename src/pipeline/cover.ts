import type { HealthRow } from '../core/health.ts'

/** Two that see the same in different places; while one works, nobody misses the other. */
export interface Pair {
  /** Their names. */
  readonly one: string
  readonly other: string
}

/** The pairs that these collectors make. */
export function pairsOf(
  collectors: readonly { readonly name: string; readonly insteadOf?: string }[],
): readonly Pair[] {
  return collectors.flatMap(({ name, insteadOf }) =>
    insteadOf === undefined ? [] : [{ one: name, other: insteadOf }],
  )
}

/** The names of those that stand in for this one. */
export function standIns(name: string, pairs: readonly Pair[]): readonly string[] {
  return pairs.flatMap(({ one, other }) => (one === name ? [other] : other === name ? [one] : []))
}

/** The rows, where each source that is not here names the one that works in its place. */
export function covered(rows: readonly HealthRow[], pairs: readonly Pair[]): readonly HealthRow[] {
  return rows.map((row) => {
    const name = collectorOf(row)
    if (name === undefined || row.state !== 'off' || row.reason === undefined) return row
    const names = standIns(name, pairs)
    const working = rows.find((one) => one.state === 'ok' && names.includes(collectorOf(one) ?? ''))
    return working ? { ...row, coveredBy: working.title } : row
  })
}

/** `collect/auth-log#2` is a place of `auth-log`. */
function collectorOf({ loop }: HealthRow): string | undefined {
  const [kind, name] = loop.split('/', 2)
  return kind === 'collect' ? name?.split('#', 1)[0] : undefined
}
