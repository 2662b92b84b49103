import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Client } from './api/client.ts'
import type { Printer } from './cli-print.ts'
import { codeOf, ConfigError } from './core/errors.ts'

/** Lines and characters of one piece: a bounded request, a bounded commit. */
const linesMost = 10_000
const charactersMost = 2_000_000
/** What tells one log file from another: its beginning, of so many bytes. */
const beginning = 1000

/** Reads files of history, gzipped ones too, with progress. A file that has grown goes on where the last import ended. */
export async function importFiles(
  files: readonly string[],
  { source, client, print }: { source: string; client: Client; print: Printer },
): Promise<void> {
  for (const file of files) {
    const { id, size, written } = await identity(file)
    const { lines: known } = await client.imported(source, id)
    let from = 0
    let total = known
    let events = 0
    let shown = 0
    for await (const { lines, bytes } of pieces(file)) {
      if (from + lines.length > known) {
        const taken = await client.importLines(source, id, { from, written: written.toISOString(), lines })
        total = taken.lines
        events += taken.events
      }
      from += lines.length
      const share = Math.min(100, Math.floor((bytes / Math.max(size, 1)) * 100))
      if (share >= shown + 10) print.note(`${basename(file)}: ${share} %, ${from} lines`)
      shown = Math.max(shown, share - (share % 10))
    }
    const news =
      total > known ? `${events} events of ${total - known} lines` : 'nothing new: it was imported before'
    print.one({ file, lines: total, events, new: total - known }, `${basename(file)}: ${news}`)
  }
}

/** A file's name for the store, made of its first bytes, so that it is known again when it is moved or has grown. */
async function identity(file: string): Promise<{ id: string; size: number; written: Date }> {
  try {
    const { size, mtime } = await stat(file)
    const handle = await open(file)
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(beginning), 0, beginning, 0)
      const id = createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
      return { id, size, written: mtime }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new ConfigError(`${file} cannot be read (${codeOf(error) ?? 'unknown reason'})`, { cause: error })
  }
}

async function* pieces(file: string): AsyncIterable<{ lines: string[]; bytes: number }> {
  const raw = createReadStream(file)
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  let lines: string[] = []
  let characters = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    lines.push(line.length > 100_000 ? line.slice(0, 100_000) : line)
    characters += line.length
    if (lines.length < linesMost && characters < charactersMost) continue
    yield { lines, bytes: raw.bytesRead }
    lines = []
    characters = 0
  }
  if (lines.length > 0) yield { lines, bytes: raw.bytesRead }
}
