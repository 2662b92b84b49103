import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Client } from './api/client.ts'
import type { Printer } from './cli-print.ts'
import { codeOf, ConfigError, messageOf } from './core/errors.ts'

/** Lines of one piece, and bytes as they are sent: a bounded request, a bounded commit. */
const linesMost = 10_000
const bytesMost = 3_000_000
/** What tells one log file from another: its beginning, of so many bytes. */
const beginning = 1000

interface Importing {
  readonly source: string
  readonly client: Client
  readonly print: Printer
}

/** Reads files of history, gzipped ones too, with progress. A file that has grown goes on where the last import ended. */
export async function importFiles(files: readonly string[], importing: Importing): Promise<void> {
  const { source, client, print } = importing
  for (const file of files) {
    const { size, written } = await ageOf(file)
    const { id, lines: known } = await knownAs(file, importing)
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

async function ageOf(file: string): Promise<{ size: number; written: Date }> {
  try {
    const { size, mtime } = await stat(file)
    return { size, written: mtime }
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** The name that the store knows this file by, and how many of its lines it has. */
async function knownAs(file: string, { source, client }: Importing): Promise<{ id: string; lines: number }> {
  const names = await namesOf(file)
  for (const id of names) {
    const { lines } = await client.imported(source, id)
    if (lines > 0) return { id, lines }
  }
  return { id: names[0] ?? '', lines: 0 }
}

/**
 * A file's name for the store is made of how it begins, unpacked, so that it is known again when it is moved, packed or
 * has grown: one that was shorter once had its name of fewer whole lines. The longest comes first.
 */
async function namesOf(file: string): Promise<string[]> {
  let start = Buffer.alloc(0)
  try {
    for await (const part of streamOf(file).input) {
      start = Buffer.concat([start, Buffer.from(part)]).subarray(0, beginning)
      if (start.length === beginning) break
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  const ends = new Set([start.length])
  for (let end = start.lastIndexOf(10); end > 0; end = start.lastIndexOf(10, end - 1)) ends.add(end + 1)
  return [...ends].map((end) => createHash('sha256').update(start.subarray(0, end)).digest('hex'))
}

async function* pieces(file: string): AsyncIterable<{ lines: string[]; bytes: number }> {
  const { raw, input } = streamOf(file)
  let lines: string[] = []
  let bytes = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const whole = line.length > 100_000 ? line.slice(0, 100_000) : line
      lines.push(whole)
      bytes += Buffer.byteLength(JSON.stringify(whole))
      if (lines.length < linesMost && bytes < bytesMost) continue
      yield { lines, bytes: raw.bytesRead }
      lines = []
      bytes = 0
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (lines.length > 0) yield { lines, bytes: raw.bytesRead }
}

/** The file as it lies on the disk, and unpacked. What goes wrong comes out of `input`. */
function streamOf(file: string) {
  const raw = createReadStream(file)
  return { raw, input: file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => undefined) : raw }
}

function unreadable(file: string, error: unknown): ConfigError {
  return new ConfigError(`${file} cannot be read (${codeOf(error) ?? messageOf(error)})`, { cause: error })
}
