import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import { UnavailableError } from '../core/errors.ts'
import { newestOf } from '../core/files.ts'
import { reachLog, toElsewhere } from '../core/log-file.ts'
import type { Observation } from '../core/observation.ts'
import { essential, path, seconds } from '../core/options.ts'
import { sshOptions } from '../core/ssh.ts'
import { readOn, tailCursor, type Piece } from '../core/tail.ts'
import { makeDnsmasqParser } from '../formats/dnsmasq.ts'

/** Where Pi-hole, dnsmasq, OpenWrt and the apps of Home Assistant that share their log keep it. */
const usualPlaces = [
  '/var/log/pihole/pihole.log',
  '/var/log/pihole.log',
  '/var/log/dnsmasq.log',
  '/var/log/dnsmasq/dnsmasq.log',
  '/tmp/dnsmasq.log',
  '/share/pihole/pihole.log',
  '/share/pihole.log',
  '/share/dnsmasq/dnsmasq.log',
  '/share/dnsmasq.log',
] as const

/** Bytes of a log that are read when it is met for the first time. */
const newest = 64 * 1024 * 1024
/** Milliseconds: what is older when the log is met for the first time is history. */
const recent = 3_600_000

const options = z.object({
  file: essential(
    path(
      'Pi-hole or dnsmasq log',
      'The log to follow; when empty, the usual places are searched. Inside Home Assistant it must lie below /share. When it is first met, its newest 64 MB are read: lines older than an hour are learned from and raise no alert.',
    ).optional(),
  ),
  every: seconds('How often to look', 'Seconds between two looks at the log.', { max: 3600 }).default(0.25),
  ...sshOptions,
})

const cursor = z.object({
  tail: tailCursor,
  /** Milliseconds since 1970: lines from before it are history. */
  since: z.number(),
})

/** Follows what Pi-hole or dnsmasq log of each question and answer (`log-queries`). */
export default {
  name: 'pihole-log',
  title: 'Pi-hole log',
  options,
  cursor,
  // Another machine is not asked more often than each second.
  every: ({ every, ssh }) => (ssh === undefined ? every : Math.max(1, every)),

  reach: ({ options, stop }) => reachLog(options, usualPlaces[0], stop),

  async poll({ options, cursor, now, log, there }) {
    const file = there?.name ?? (await logOf(options.file, cursor?.tail.file))
    const met = cursor?.tail.file === file ? cursor : undefined
    const since = met?.since ?? now().getTime() - recent
    const piece = await readOn(file, met?.tail, newest, there)
    if (piece.lost) log.warning('the log began anew: lines of the old one may be missing', { file })
    const { taken, ...seen } = observe(piece, since)
    const more = piece.more || taken < piece.lines.length
    const observations = there ? seen.observations.map((one) => toElsewhere(one, there)) : seen.observations
    return { ...seen, observations, cursor: { tail: piece.cursorAfter(taken), since }, more }
  },

  async *read(lines, _options, written) {
    const parse = makeDnsmasqParser(written)
    for await (const line of lines) {
      const seen = parse(line)
      if (typeof seen !== 'string') yield seen
    }
  },

  async check({ options, stop }) {
    await using there = await reachLog(options, usualPlaces[0], stop)
    const file = there?.name ?? (await logOf(options.file))
    const piece = await readOn(file, undefined, 64 * 1024, there)
    if (observe(piece, -Infinity).observations.length > 0)
      return [{ ok: true, message: `${file} is followed` }]
    const what = 'switch on log-queries in dnsmasq, or query logging in Pi-hole'
    return [{ ok: false, message: `${file} holds no DNS questions yet: ${what}` }]
  },
} satisfies PollingCollector<z.infer<typeof options>, z.infer<typeof cursor>>

/** What the lines say, as far as they are all history or all not. */
function observe(piece: Piece, since: number) {
  const parse = makeDnsmasqParser(piece.written)
  const observations: Observation[] = []
  let history = false
  let unknown = 0
  for (const [index, line] of piece.lines.entries()) {
    const seen = parse(line)
    if (seen === 'unknown') unknown++
    if (typeof seen === 'string') continue
    const isHistory = seen.at.getTime() < since
    if (observations.length === 0) history = isHistory
    if (isHistory !== history) return { observations, history, unknown, taken: index }
    observations.push(seen)
  }
  return { observations, history, unknown, taken: piece.lines.length }
}

async function logOf(file: string | undefined, followed?: string): Promise<string> {
  const found = file ?? (await newestOf(usualPlaces, followed))
  if (found !== undefined) return found
  throw new UnavailableError(
    'No Pi-hole or dnsmasq log was found: set collectors.pihole-log.file to where it is, or make it readable for this program',
  )
}
