import * as z from 'zod'
import type { Detector, LoopRow, SourceRow } from '../core/detector.ts'
import { thisMachine } from '../core/device.ts'
import { number, seconds } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'

const options = z.object({
  least: seconds('Silence', 'A source is not called silent before this many seconds.', { min: 60 }).default(
    600,
  ),
  gaps: number('Silence in usual gaps', 'And not before so many times the usual time between two events.', {
    min: 2,
    max: 1000,
  }).default(20),
  learn: number('Days to learn', 'A source is not judged before it has spoken for this many days.', {
    min: 0,
    max: 3,
  }).default(1),
})

type Options = z.infer<typeof options>

export default {
  name: 'silent-collector',
  title: 'Silent sources',
  technique: 'T1562',
  advice:
    'Look at the source: whether its program runs, writes its log and can be read; what it does not tell, nobody watches.',
  spoken: 'a source has fallen silent',
  options,
  on: ['health'],
  every: () => 300,
  lookback: 3 * 86_400,
  async detect({ options, now, window, events }) {
    const [loops, sources] = await Promise.all([events.loops(window), events.lastSeen(window)])
    const collecting = new Map(
      loops.filter(({ loop }) => loop.startsWith('collect/')).map((loop) => [loop.loop, loop]),
    )
    const broken = [...collecting.values()].flatMap((loop) => toBroken(loop, now, options) ?? [])
    const silent = sources.flatMap(
      (source) => toSilent(source, collecting.get(source.source), now, options) ?? [],
    )
    return [...broken, ...silent]
  },
} satisfies Detector<Options>

/** A source that worked and does not any more. */
export function toBroken(
  { loop, state, reason, brokenSince }: LoopRow,
  now: Date,
  { least }: Options,
): Signal | undefined {
  if (brokenSince === undefined || !['waiting', 'failing', 'blocked'].includes(state)) return undefined
  if (secondsBetween(brokenSince, now) < least) return undefined
  return {
    ...claim(loop),
    at: brokenSince,
    confidence: 0.9,
    summary: `${loop} worked and has stopped: what it watched is not watched now`,
    evidence: { loop, state, since: brokenSince.toISOString(), ...(reason !== undefined && { reason }) },
  }
}

/** A source that is said to work but has told nothing for much longer than it ever was quiet before. */
export function toSilent(
  { source, first, last, usualGap, longestGap }: SourceRow,
  loop: LoopRow | undefined,
  now: Date,
  { least, gaps, learn }: Options,
): Signal | undefined {
  if (loop !== undefined && loop.state !== 'ok') return undefined
  if (usualGap === undefined || secondsBetween(first, last) < learn * 86_400) return undefined
  // A loop that has just begun to work (a start of the program) has not been silent before that.
  const since = loop !== undefined && loop.at > last ? loop.at : last
  const silence = secondsBetween(since, now)
  const allowed = Math.max(least, gaps * usualGap, 1.5 * (longestGap ?? 0))
  if (silence < allowed) return undefined
  return {
    ...claim(source),
    at: last,
    confidence: 0.7,
    summary: `${source} has told nothing for much longer than usual`,
    evidence: {
      loop: source,
      last: last.toISOString(),
      usualGapSeconds: Math.round(usualGap * 10) / 10,
      longestGapSeconds: Math.round(longestGap ?? 0),
      allowedSeconds: Math.round(allowed),
    },
  }
}

function claim(loop: string) {
  return { detector: 'silent-collector', device: thisMachine, target: loop, cause: `loop:${loop}` }
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000
}
