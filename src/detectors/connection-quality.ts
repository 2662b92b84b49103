import * as z from 'zod'
import type { Baseline, Figures } from '../core/baseline.ts'
import type { Detector, ReadingRow } from '../core/detector.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

/** Milliseconds: nothing else than silence for so long, and what is slow or lost on the mean of so long. */
const outage = 300_000
const spell = 900_000
/** The sensor that is this home's own way out. */
const gateway = 'gateway'

const options = z.object({
  loss: number('Loss above the usual', 'So many percent of lost packets above what is usual are a signal.', {
    min: 1,
    max: 100,
  }).default(10),
  rise: number('Slower than usual', 'So many milliseconds above the usual round-trip time are a signal.', {
    min: 1,
    max: 10_000,
  }).default(30),
  spread: number(
    'In usual spreads',
    'Either must also be this many times the usual spread above the usual.',
    {
      min: 1,
      max: 50,
    },
  ).default(6),
  samples: count('Hours to learn', 'A target is compared with its usual once so many hours are learned.', {
    min: 4,
    max: 1000,
  }).default(24),
})

type Options = z.infer<typeof options>

export default {
  name: 'connection-quality',
  title: 'Connection quality',
  advice:
    'Look at the cable, the wireless link and the router, then at the provider’s line: hardware that begins to fail often shows it like this.',
  spoken: 'the network is bad',
  options,
  on: ['reading'],
  every: () => 60,
  lookback: 3600,
  async detect(context) {
    const { options, now, window, events } = context
    const since = (milliseconds: number) => ({ ...window, from: new Date(now.getTime() - milliseconds) })
    const [hour, lately, newest] = await Promise.all([
      events.readings(window),
      events.readings(since(spell)),
      events.readings(since(outage)),
    ])
    return lately
      .filter(({ quantity }) => quantity === 'loss' || quantity === 'rtt')
      .flatMap((row) => {
        const baseline = context.baseline(row.device, `${row.quantity}/${row.sensor}`)
        const silent = row.quantity === 'loss' ? find(newest, row) : undefined
        const answered =
          (find(hour, row)?.min ?? 100) < 100 || (baseline !== undefined && baseline.median < 50)
        const usual = usualAt(baseline, now, options)
        return (
          (silent && answered ? toOutage(silent) : undefined) ??
          (usual && toDecline(row, usual, options)) ??
          []
        )
      })
  },
} satisfies Detector<Options>

/** Who has answered before, and not once in the last minutes. */
export function toOutage(row: ReadingRow): Signal | undefined {
  if (row.count < 3 || row.min < 100) return undefined
  return {
    ...claim(row),
    confidence: 0.9,
    summary:
      row.sensor === gateway
        ? 'The gateway has not answered for minutes: this machine has no network'
        : `${quote(row.sensor)} has not answered for minutes`,
    evidence: { ...numbers(row), lost: 100 },
  }
}

/** The mean of the last quarter of an hour is far above the usual. */
export function toDecline(row: ReadingRow, usual: Figures, options: Options): Signal | undefined {
  const isLoss = row.quantity === 'loss'
  const above = row.mean - usual.median
  const least = isLoss ? options.loss : options.rise
  // 1.4826 × MAD is the standard deviation of normal data; one unit is what a quiet line may do.
  const spread = Math.max(1, 1.4826 * usual.mad)
  // One measurement says little: a lost packet, a busy moment.
  if (row.count < 5 || above < least || above < options.spread * spread) return undefined
  const unit = isLoss ? ' %' : ' ms'
  return {
    ...claim(row),
    confidence: Math.round(100 * Math.min(0.75, 0.5 + (above - least) / (isLoss ? 100 : 1000))) / 100,
    summary: isLoss
      ? `Of the packets to ${quote(row.sensor)}, ${round(row.mean)}${unit} are lost, usual are ${round(usual.median)}${unit}`
      : `${quote(row.sensor)} answers after ${round(row.mean)}${unit}, usual are ${round(usual.median)}${unit}`,
    evidence: {
      ...numbers(row),
      usual: round(usual.median),
      above: round(above),
      spread: round(spread),
      samples: usual.count,
    },
  }
}

/** By hour of the week (0 = Monday 00:00 local time) where that is learned, else overall; undefined while it is too little. */
function usualAt(baseline: Baseline | undefined, now: Date, { samples }: Options): Figures | undefined {
  if (baseline === undefined || baseline.count < samples) return undefined
  return baseline.hours.get(((now.getDay() + 6) % 7) * 24 + now.getHours()) ?? baseline
}

function find(rows: readonly ReadingRow[], { device, quantity, sensor }: ReadingRow): ReadingRow | undefined {
  return rows.find((row) => row.device === device && row.quantity === quantity && row.sensor === sensor)
}

/** Loss and delay of one target are one trouble. */
function claim({ device, quantity, sensor, lastAt }: ReadingRow) {
  return {
    detector: 'connection-quality',
    device,
    target: `${quantity}/${sensor}`,
    at: lastAt,
    cause: `connection:${sensor}`,
  }
}

function numbers({ sensor, mean, max, count }: ReadingRow) {
  return { to: quote(sensor), mean: round(mean), max: round(max), measurements: count }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
