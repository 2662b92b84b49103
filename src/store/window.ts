import type { Window } from '../core/detector.ts'
import type { Values } from './session.ts'

/** SQL: the rows of a window, with the values that `windowValues` gives. */
export const inWindow =
  'seq > $after AND seq <= $through AND "at" >= $from AND "at" < $to AND ($imported OR NOT imported)'

/** The values that `inWindow` asks for. */
export function windowValues({ after, through, from, to, imported }: Window): Values {
  return { after, through: Math.min(through, Number.MAX_SAFE_INTEGER), from, to, imported }
}

/**
 * SQL: a table or query whose `device` is what merged devices are now. Rows keep the id that they were written with,
 * so what is grouped by device must be grouped after this.
 */
export function resolved(from: string): string {
  return `(SELECT * REPLACE (coalesce((SELECT device FROM device_aliases WHERE id = unresolved.device), device) AS device) FROM ${from} unresolved)`
}
