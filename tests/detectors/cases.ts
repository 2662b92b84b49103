import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { seenSchema } from '../../src/api/wire/events.ts'
import type { Observation } from '../../src/core/observation.ts'

const saw = seenSchema({ at: z.iso.datetime().transform((text) => new Date(text)) })
const line = z.object({ from: z.string(), saw })

const expectedSignal = z.strictObject({
  /** The device's address, or `this-machine`. */
  device: z.string(),
  target: z.string().optional(),
  /** From, to. */
  confidence: z.tuple([z.number(), z.number()]),
  cause: z.string().nullable().optional(),
  evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
})

/** What a collector's loop saw. */
export interface Sight {
  readonly from: string
  readonly saw: Observation
}

/** One folder of a detector: what happened, and all that is to be claimed about it. */
export interface Case {
  readonly detector: string
  readonly name: string
  readonly events: readonly Sight[]
  /** What happened before: imported and learned from. */
  readonly history: readonly Sight[]
  /** Lines of a threat list. */
  readonly list: readonly string[]
  readonly expected: readonly z.infer<typeof expectedSignal>[]
}

/** Every case below this folder: `<detector>/<case>/events.jsonl`, `expected.json`, and, where needed, `history.jsonl` and `list.txt`. */
export function casesIn(folder: string): readonly Case[] {
  return foldersIn(folder).flatMap((detector) =>
    foldersIn(join(folder, detector)).map((name): Case => {
      const place = join(folder, detector, name)
      return {
        detector,
        name,
        events: linesOf(join(place, 'events.jsonl')).map(toSight),
        history: linesOf(join(place, 'history.jsonl')).map(toSight),
        list: linesOf(join(place, 'list.txt')),
        expected: z
          .array(expectedSignal)
          .parse(JSON.parse(readFileSync(join(place, 'expected.json'), 'utf8'))),
      }
    }),
  )
}

function toSight(text: string): Sight {
  return line.parse(JSON.parse(text))
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

function linesOf(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
}
