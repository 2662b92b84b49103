import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { messageOf } from '../core/errors.ts'
import { stamp, type Room } from './file.ts'
import type { Household, KnownIssue } from './store.ts'

/** So much of `constraints.md` reaches the model, characters. */
const longestConstraints = 4000

const until = z
  .string()
  .refine((text) => !Number.isNaN(toEnd(text).getTime()), 'must be a day such as 2026-12-31')
  .transform(toEnd)

const knownIssue = z.preprocess(
  (entry) => (typeof entry === 'string' ? { text: entry } : entry),
  z.object({
    text: z.string().trim().min(1).max(500),
    device: z.string().exactOptional(),
    detector: z.string().exactOptional(),
    target: z.string().exactOptional(),
    until: until.exactOptional(),
  }),
)

const knownIssues = z.array(knownIssue).max(500)

/**
 * `known-issues.json` and `constraints.md` of the data folder: a person's own files, never written or moved by us. One
 * that cannot be understood is told once by `found`, and what it said before holds until it is mended.
 */
export function openHousehold({ folder, found }: Room): Household {
  const issues = follow<readonly KnownIssue[]>(join(folder, 'known-issues.json'), [], toKnownIssues)
  const constraints = follow(join(folder, 'constraints.md'), '', (text) =>
    text.trim().slice(0, longestConstraints),
  )

  function follow<T>(path: string, absent: T, understand: (text: string) => T): () => Promise<T> {
    let seen: string | undefined
    let value = absent
    return async () => {
      const now = await stamp(path)
      if (now === seen) return value
      seen = now
      if (now === undefined) return (value = absent)
      try {
        value = understand(await readFile(path, 'utf8'))
      } catch (error) {
        found(`${path} cannot be used, correct it: ${messageOf(error)}`)
      }
      return value
    }
  }

  return { knownIssues: issues, constraints }
}

/** The entries of `known-issues.json`: sentences, or objects that say what they are about. */
export function toKnownIssues(text: string): readonly KnownIssue[] {
  const result = knownIssues.safeParse(JSON.parse(text))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const [entry, ...field] = issue?.path ?? []
  const place =
    typeof entry === 'number'
      ? `entry ${entry + 1}${field.map((part) => `.${String(part)}`).join('')}`
      : 'the file'
  throw new Error(`${place} is not as it must be: ${issue?.message ?? ''}`)
}

/** A day counts to its end, by the local clock; a moment is itself. */
function toEnd(text: string): Date {
  const [year = 0, month = 1, date = 1] = text.split('-').map(Number)
  return z.iso.date().safeParse(text).success ? new Date(year, month - 1, date + 1) : new Date(text)
}
