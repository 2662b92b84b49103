import * as z from 'zod'
import type { Detector } from '../core/detector.ts'
import { count, seconds } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import type { ContainerRow } from '../core/watch-questions.ts'

/** How a program ends that was asked to: by itself, or by the signal TERM. Its engine kills one that takes too long. */
const asAsked = [0, 143]
/** Nights (or other times of day) of the last week after which it is a habit, and seconds that it may last: a backup. */
const habit = { days: 2, lasts: 3600 }

const options = z.object({
  least: seconds('Not well for', 'A container is not called stopped or unhealthy before so many seconds.', {
    min: 1,
    max: 86_400,
  }).default(60),
  restarts: count('Restarts in a loop', 'So many restarts by its engine within ten minutes are a loop.', {
    min: 2,
    max: 100,
  }).default(3),
})

type Options = z.infer<typeof options>

export default {
  name: 'container-unhealthy',
  title: 'Containers that are not well',
  technique: 'T1489',
  advice: 'Look into its log why it has ended or is not well, and start it anew.',
  spoken: 'a container is not well',
  options,
  on: ['container'],
  every: () => 15,
  lookback: 7200,
  async detect({ options, now, window, events }) {
    const lately = { ...window, from: new Date(now.getTime() - 600_000) }
    const [rows, recent] = await Promise.all([events.containers(window), events.containers(lately)])
    return rows.flatMap((row) => {
      const { restarts = 0 } =
        recent.find(({ device, name }) => device === row.device && name === row.name) ?? {}
      return toSignal({ ...row, restarts }, now, options) ?? []
    })
  },
} satisfies Detector<Options>

/** `restarts` are those of the last ten minutes. */
export function toSignal(row: ContainerRow, now: Date, options: Options): Signal | undefined {
  const trouble = troubleOf(row, (now.getTime() - row.since.getTime()) / 1000, options)
  if (trouble === undefined) return undefined
  return {
    detector: 'container-unhealthy',
    device: row.device,
    target: row.name,
    at: row.at,
    confidence: trouble.confidence,
    cause: `container:${row.name}`,
    summary: `Container ${quote(row.name)} ${trouble.words}`,
    evidence: {
      container: quote(row.name),
      state: row.state,
      since: row.since.toISOString(),
      restarts: row.restarts,
      ...(row.exitCode !== undefined && { exitCode: row.exitCode }),
      ...(row.reason !== undefined && { reason: quote(row.reason) }),
    },
  }
}

/** What is wrong with it. Who stops a container has its engine end it, or it ends as it should: that is less sure, and none where it is a habit. */
function troubleOf(
  { state, restarts, exitCode, ordered, stopsBefore }: ContainerRow,
  lasting: number,
  { least, restarts: loop }: Options,
): { words: string; confidence: number } | undefined {
  if (restarts >= loop) return { words: 'is restarted again and again', confidence: 0.95 }
  if (lasting < least) return undefined
  const isOrdered = ordered || asAsked.includes(exitCode ?? -1)
  const isHabit = stopsBefore >= habit.days && lasting < habit.lasts
  if (isHabit && (state === 'missing' || (state === 'stopped' && isOrdered))) return undefined
  if (state === 'unhealthy') return { words: 'says that it is not well', confidence: 0.9 }
  if (state === 'restarting') return { words: 'does not start', confidence: 0.9 }
  if (state === 'missing') return { words: 'is watched for and is not there', confidence: 0.9 }
  if (state !== 'stopped') return undefined
  return isOrdered
    ? { words: 'was stopped', confidence: 0.6 }
    : { words: 'has stopped by itself', confidence: 0.9 }
}
