import * as z from 'zod'
import type { Baseline, Figures } from '../core/baseline.ts'
import type { DeviceId } from '../core/device.ts'
import { figures } from '../math/figures.ts'
import type { Sample } from './samples.ts'
import { hourOfWeek, startOfKey, type Rhythm } from './spans.ts'

/** An hour of the week has figures of its own from so many samples on. */
const enoughForHour = 4

const figuresSchema = z.object({
  count: z.number(),
  mean: z.number(),
  deviation: z.number(),
  median: z.number(),
  mad: z.number(),
})

const subjectSchema = figuresSchema.extend({
  unit: z.string(),
  since: z.iso.datetime({ offset: true }),
  /** Set by a person: learning leaves the figures as they stand. */
  fixed: z.boolean().exactOptional(),
  /** A person's own remark. */
  note: z.string().exactOptional(),
  hours: z.record(z.string(), figuresSchema),
  /** By local hour or day; hours and days without events have none. */
  samples: z.record(z.string(), z.number()),
})

/** `baselines/<device>.json`. */
export const deviceSchema = z.object({
  device: z.string(),
  name: z.string(),
  /** The last `seq` learned, by rhythm. */
  through: z.object({ hourly: z.number(), daily: z.number() }),
  /** Ids that were merged into this device, and whose events are learned too. */
  merged: z.array(z.string()),
  subjects: z.record(z.string(), subjectSchema),
})

export type DeviceFile = z.output<typeof deviceSchema>
type Subject = z.output<typeof subjectSchema>

/** The file of a device of which nothing is learned. */
export function emptyDevice(device: DeviceId): DeviceFile {
  return { device, name: device, through: { hourly: 0, daily: 0 }, merged: [], subjects: {} }
}

/** What a file says of its device. */
export function toBaselines(device: DeviceId, { subjects }: DeviceFile): Baseline[] {
  return Object.entries(subjects).map(([subject, { count, mean, deviation, median, mad, ...known }]) => ({
    device,
    subject,
    unit: known.unit,
    count,
    mean,
    deviation,
    median,
    mad,
    hours: new Map(Object.entries(known.hours).map(([hour, its]) => [Number(hour), its])),
    since: new Date(known.since),
  }))
}

/** The subjects with these samples in the place of those they had for the same spans. */
export function withSamples(
  subjects: DeviceFile['subjects'],
  samples: readonly Sample[],
  rhythm: Rhythm,
): DeviceFile['subjects'] {
  const all = new Map(Object.entries(subjects))
  for (const [name, its] of Map.groupBy(samples, ({ subject }) => subject))
    all.set(name, withNew(all.get(name), its, rhythm))
  return Object.fromEntries(all)
}

/** How many of these samples are not in the file already, as they are. */
export function countNew({ subjects }: DeviceFile, samples: readonly Sample[], rhythm: Rhythm): number {
  return samples.filter(
    ({ subject, start, value }) => subjects[subject]?.samples[rhythm.keyOf(start)] !== value,
  ).length
}

function withNew(known: Subject | undefined, samples: readonly Sample[], rhythm: Rhythm): Subject {
  const values = new Map(Object.entries(known?.samples ?? {}))
  for (const { start, value } of samples) values.set(rhythm.keyOf(start), value)
  const kept = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-rhythm.kept)
  const list = Object.fromEntries(kept)
  if (known?.fixed === true) return { ...known, samples: list }
  const [[oldest] = ['']] = kept
  return {
    unit: samples[0]?.unit ?? known?.unit ?? '',
    since: (startOfKey(oldest) ?? new Date(0)).toISOString(),
    ...(known?.note !== undefined && { note: known.note }),
    ...figures(kept.map(([, value]) => value)),
    hours: hoursOf(kept),
    samples: list,
  }
}

function hoursOf(samples: readonly (readonly [string, number])[]): Record<string, Figures> {
  const hours = Map.groupBy(samples, ([key]) => hourOfWeek(key))
  return Object.fromEntries(
    [...hours].flatMap(([hour, its]) =>
      hour === undefined || its.length < enoughForHour
        ? []
        : [[String(hour), figures(its.map(([, value]) => value))]],
    ),
  )
}
