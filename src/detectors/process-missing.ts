import * as z from 'zod'
import type { Detector } from '../core/detector.ts'
import { seconds } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'
import type { ProcessRow } from '../core/watch-questions.ts'

const options = z.object({
  least: seconds(
    'Missing for',
    'A process is not called missing before so many seconds: services are restarted.',
    {
      min: 1,
      max: 86_400,
    },
  ).default(60),
})

type Options = z.infer<typeof options>

/** Times of day of the last week after which a stop is a habit, and seconds that it may last: a backup. */
const habit = { days: 2, lasts: 3600 }

export default {
  name: 'process-missing',
  title: 'Missing processes',
  technique: 'T1489',
  advice: 'Look into its log why it has ended, start it anew, and find out whether somebody has stopped it.',
  spoken: 'a program that must run is missing',
  options,
  on: ['process'],
  every: () => 15,
  lookback: 7200,
  async detect({ options, now, window, events }) {
    const rows = await events.processes(window)
    return rows.flatMap((row) => toSignal(row, now, options) ?? [])
  },
} satisfies Detector<Options>

/** A process of the watch list is not there. One that has never been seen running may only be called otherwise. */
export function toSignal(row: ProcessRow, now: Date, { least }: Options): Signal | undefined {
  const missing = (now.getTime() - row.since.getTime()) / 1000
  if (row.state !== 'missing' || missing < least) return undefined
  if (row.stopsBefore >= habit.days && missing < habit.lasts) return undefined
  return {
    detector: 'process-missing',
    device: row.device,
    target: row.name,
    at: row.at,
    confidence: row.hasRun ? 0.95 : 0.7,
    cause: `process:${row.name}`,
    summary: row.hasRun
      ? `Process ${quote(row.name)} must run and is missing`
      : `Process ${quote(row.name)} must run and was never seen: is that its name?`,
    evidence: { process: quote(row.name), since: row.since.toISOString(), ranBefore: row.hasRun },
  }
}
