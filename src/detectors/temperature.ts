import * as z from 'zod'
import type { Baseline, Figures } from '../core/baseline.ts'
import type { Detector, ReadingRow } from '../core/detector.ts'
import { count, number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  limit: number(
    'Limit',
    'Too hot from this temperature on, in °C, where a sensor tells no limit of its own.',
    {
      min: 20,
      max: 130,
    },
  ).default(80),
  rise: number('Rise above the usual', 'So many °C above what is usual for the sensor are a signal.', {
    min: 1,
    max: 60,
  }).default(8),
  spread: number(
    'Rise in usual spreads',
    'The rise must also be this many times the usual spread of the sensor.',
    { min: 1, max: 20 },
  ).default(5),
  samples: count('Hours to learn', 'A sensor is compared with its usual once so many hours are learned.', {
    min: 4,
    max: 1000,
  }).default(24),
})

type Options = z.infer<typeof options>

export default {
  name: 'temperature',
  title: 'Temperatures',
  advice:
    'Look for a fan that stands still, dust, or a program that works all the time; shut the machine down if it keeps rising.',
  spoken: 'it is unusually warm',
  options,
  on: ['reading'],
  every: () => 60,
  lookback: 300,
  async detect(context) {
    const { options, now, window, events } = context
    const rows = await events.readings(window)
    return rows
      .filter(({ quantity, count }) => quantity === 'temperature' && count >= 2)
      .flatMap((row) => {
        const usual = usualAt(context.baseline(row.device, `temperature/${row.sensor}`), now, options)
        return toLimitSignal(row, options) ?? (usual && toRiseSignal(row, usual, options)) ?? []
      })
  },
} satisfies Detector<Options>

/** The sensor was, on the mean of the minutes looked at, at its limit or above. */
export function toLimitSignal(row: ReadingRow, options: Options): Signal | undefined {
  const limit = isCredible(row.limit) ? row.limit : options.limit
  if (row.mean < limit) return undefined
  return {
    ...claim(row),
    confidence: 0.9,
    summary: `Sensor ${quote(row.sensor)} is at ${round(row.mean)} °C, its limit is ${round(limit)} °C`,
    evidence: { ...numbers(row), limit: round(limit), limitFrom: limit === row.limit ? 'sensor' : 'option' },
  }
}

/** The sensor was far above what is usual for it. */
export function toRiseSignal(row: ReadingRow, usual: Figures, options: Options): Signal | undefined {
  const above = row.mean - usual.median
  // 1.4826 × MAD is the standard deviation of normal data; half a degree is what a sensor that never moves may do.
  const spread = Math.max(0.5, 1.4826 * usual.mad)
  if (above < options.rise || above < options.spread * spread) return undefined
  return {
    ...claim(row),
    confidence: Math.round(100 * Math.min(0.75, 0.5 + (above - options.rise) / 50)) / 100,
    summary: `Sensor ${quote(row.sensor)} is at ${round(row.mean)} °C, usual are ${round(usual.median)} °C`,
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

/** Some drives tell limits such as 0 or 65261.85 °C. */
function isCredible(limit: number | undefined): limit is number {
  return limit !== undefined && limit >= 30 && limit <= 130
}

function claim({ device, sensor, lastAt }: ReadingRow) {
  return { detector: 'temperature', device, target: sensor, at: lastAt, cause: 'heat' }
}

function numbers({ sensor, mean, max, count }: ReadingRow) {
  return { sensor: quote(sensor), mean: round(mean), max: round(max), readings: count }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
