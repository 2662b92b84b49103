import { createHash } from 'node:crypto'
import { rank } from '../core/severity.ts'
import type { Answer } from './answer.ts'

type Kept = Extract<Answer, { status: 'ok' }>

/** Answers to questions that were asked before. Failures are never kept. */
export interface Cache {
  get(key: string): Kept | undefined
  keep(key: string, answer: Kept): void
}

const most = 500
const hour = 3_600_000

/** Keeps `none` and `low` for a day, worse for an hour, and the newest 500. */
export function makeCache(now: () => Date): Cache {
  const entries = new Map<string, Kept & { readonly until: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      return entry && entry.until > now().getTime() ? entry : undefined
    },
    keep(key, answer) {
      const hours = rank(answer.severity) <= rank('low') ? 24 : 1
      entries.delete(key)
      entries.set(key, { ...answer, until: now().getTime() + hours * hour })
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break
        entries.delete(oldest)
      }
    },
  }
}

/**
 * What makes two questions the same: the instructions, the model, and the facts, with each number as its leading digit
 * and size. Names and the band are as they are, so a new name on a threat list or another floor is another question.
 */
export function keyOf(
  facts: unknown,
  asked: { beside: unknown; instructions: string; model: string },
): string {
  const alike = JSON.stringify(facts, (_, value: unknown) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) ? Number(number.toPrecision(1)) : value
  })
  return createHash('sha256')
    .update(JSON.stringify([asked, alike]))
    .digest('hex')
}
