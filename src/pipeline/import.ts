import * as z from 'zod'
import type { Collector } from '../core/collector.ts'
import { ConfigError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import type { Store } from '../store/store.ts'

const cursorSchema = z.object({ lines: z.number() })

/** Observations of one commit. */
const batch = 5000

/** A piece of a file of history. */
export interface ImportPiece {
  /** The collector whose format it is. */
  readonly source: string
  /** What tells this file from others: it is never imported twice. */
  readonly file: string
  /** Number of lines of the file before these. */
  readonly from: number
  readonly lines: readonly string[]
  /** When the file's last line was written: the year of lines that do not say theirs. */
  readonly written: Date
}

/** How many lines of this file are in the store. */
export async function importedLines(
  { source, file }: Pick<ImportPiece, 'source' | 'file'>,
  store: Store,
): Promise<number> {
  const saved = cursorSchema.safeParse(await store.cursors.get(nameOf(source, file)))
  return saved.success ? saved.data.lines : 0
}

/**
 * Reads lines through a collector's own parser and stores them as imported: learned from, not judged. The number of
 * lines is committed with the events made of them, so that a kill in the middle neither loses nor doubles a line.
 */
export async function importLines(
  piece: ImportPiece,
  { collector, options, store }: { collector: Collector; options: unknown; store: Store },
): Promise<{ lines: number; events: number }> {
  if (!('poll' in collector) || !collector.read)
    throw new ConfigError(`${collector.name} has no format that files of history have`)
  const { source, file, from, lines, written } = piece
  const loop = nameOf(source, file)
  const known = await importedLines(piece, store)
  if (known > from + lines.length) return { lines: known, events: 0 }
  let read = Math.max(0, known - from)

  async function* fresh(): AsyncIterable<string> {
    for (const line of lines.slice(read)) {
      read += 1
      yield line
    }
  }

  let observations: Observation[] = []
  let events = 0
  async function save(): Promise<void> {
    await store.events.save({ loop, observations, cursor: { lines: from + read }, imported: true })
    events += observations.length
    observations = []
  }

  for await (const observation of collector.read(fresh(), options, written)) {
    observations.push(observation)
    if (observations.length >= batch) await save()
  }
  await save()
  return { lines: from + read, events }
}

function nameOf(source: string, file: string): string {
  return `import/${source}/${file}`
}
