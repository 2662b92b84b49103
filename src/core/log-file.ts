import * as z from 'zod'
import { isLoopback } from './address.ts'
import type { Poll } from './collector.ts'
import { newestOf } from './files.ts'
import type { Log } from './log.ts'
import type { Observation } from './observation.ts'
import { openRemoteLog, type RemoteLog } from './remote-log.ts'
import { sshPlaceOf, type SshPlace } from './ssh.ts'
import { readOn, tailCursor, type Piece } from './tail.ts'

/** Bytes of a log that are read when it is met for the first time. */
const newest = 64 * 1024 * 1024
/** Milliseconds: what is older when the log is met for the first time is history. */
const recent = 3_600_000

/** Where the reading of a log stands. */
export const logCursor = z.object({
  tail: tailCursor,
  /** Milliseconds since 1970: lines from before it are history. */
  since: z.number(),
})
export type LogCursor = z.infer<typeof logCursor>

/** Where there is no log yet. */
export const noLog: LogCursor = { tail: { file: '', offset: 0, head: { bytes: 0, hash: '' } }, since: 0 }

/** How the lines of a log are understood, in their order. */
export interface LineReader<L extends { readonly at: Date }> {
  /** Undefined: not understood. */
  parse(text: string): L | undefined
  /** Undefined: nothing to tell. */
  observe(line: L): Observation | undefined
}

/** Of the first of these groups that has a file: the one followed so far while it exists, else the one written last. */
export async function logAmong(
  groups: readonly (readonly string[])[],
  followed: string | undefined,
): Promise<string | undefined> {
  for (const places of groups) {
    const found = await newestOf(places, followed)
    if (found !== undefined) return found
  }
  return undefined
}

export interface LogPart {
  /** Its name; of one on another machine the whole name of `there`. */
  readonly file: string
  readonly cursor: LogCursor | undefined
  readonly log: Log
  readonly there?: RemoteLog | undefined
  now(): Date
}

/** What a log says that grew since; `readerOf` is given when its last line was written. Lines are all history or all not. */
export async function pollLog<L extends { readonly at: Date }>(
  readerOf: (written: Date) => LineReader<L>,
  { file, cursor, now, log, there }: LogPart,
): Promise<Poll<LogCursor>> {
  const met = cursor?.tail.file === file ? cursor : undefined
  const since = met?.since ?? now().getTime() - recent
  const piece = await readOn(file, met?.tail, newest, there)
  if (piece.lost) log.warning('the log began anew: lines of the old one may be missing', { file })
  const { taken, ...seen } = observe(piece, since, readerOf(piece.written))
  return {
    ...seen,
    observations: there ? seen.observations.map((one) => toElsewhere(one, there)) : seen.observations,
    cursor: { tail: piece.cursorAfter(taken), since },
    more: piece.more || taken < piece.lines.length,
  }
}

function observe<L extends { readonly at: Date }>(
  { lines }: Piece,
  since: number,
  reader: LineReader<L>,
): { observations: readonly Observation[]; history: boolean; unknown: number; taken: number } {
  const observations: Observation[] = []
  let history: boolean | undefined
  let unknown = 0
  for (const [index, text] of lines.entries()) {
    const line = reader.parse(text)
    if (line === undefined) {
      if (text.trim() !== '') unknown += 1
      continue
    }
    const isHistory = line.at.getTime() < since
    if (isHistory !== (history ??= isHistory)) return { observations, history, unknown, taken: index }
    const seen = reader.observe(line)
    if (seen) observations.push(seen)
  }
  return { observations, history: history ?? false, unknown, taken: lines.length }
}

/** The way to a log on another machine, when these options name one: `file`, else the place where it usually is. */
export async function reachLog(
  options: Omit<SshPlace, 'ssh'> & { readonly ssh?: string | undefined; readonly file?: string | undefined },
  usually: string,
  stop: AbortSignal,
): Promise<RemoteLog | undefined> {
  const place = sshPlaceOf(options)
  return place && (await openRemoteLog(place, options.file ?? usually, stop))
}

/** As it is known here what another machine tells of itself. */
export function toElsewhere<T extends Observation>(seen: T, { address }: RemoteLog): T {
  if (address === undefined) return seen
  // Who answered is this house, whichever machine tells of it.
  const isOwn = seen.kind !== 'dns-answer' && (seen.address === undefined || isLoopback(seen.address))
  return isOwn ? { ...seen, address } : seen
}
