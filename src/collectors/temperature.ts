import * as z from 'zod'
import type { PollingCollector } from '../core/collector.ts'
import type { Reading } from '../core/observation.ts'
import { path, seconds } from '../core/options.ts'
import { run } from '../core/run.ts'
import {
  parseNvidiaCsv,
  parseSensorsJson,
  toTemperatures,
  type SensorTemperature,
} from '../formats/sensors.ts'
import { sysfsChips } from './temperature/sysfs.ts'

const options = z.object({
  every: seconds('How often to measure', 'Seconds between two measurements of this machine.', {
    min: 5,
    max: 3600,
  }).default(60),
  sysfs: path(
    'System folder',
    'Where the kernel shows its sensors; another place than /sys in a container.',
  ).default('/sys'),
})

const none = 'This machine shows no temperature sensors'

/** Measures how warm this machine is. One without sensors has nothing to tell, which is no error. */
export default {
  name: 'temperature',
  title: 'Temperature of this machine',
  options,
  cursor: z.object({}),
  every: (options) => options.every,

  async poll({ options, now, stop }) {
    const found = await temperatures(options.sysfs, stop)
    const absent = found.length === 0 ? none : undefined
    return { observations: found.map((one) => toReading(one, now())), cursor: {}, absent }
  },

  async check({ options, stop }) {
    const found = await temperatures(options.sysfs, stop)
    if (found.length === 0) return [{ ok: true, optional: true, message: none }]
    const message = found.map(({ sensor, value }) => `${sensor} ${value} °C`).join(', ')
    return [{ ok: true, message }]
  },
} satisfies PollingCollector<z.infer<typeof options>, Record<string, never>>

/** By the kernel's own files, else by lm-sensors; and of graphics cards whose driver does not show them there. */
async function temperatures(sysfs: string, stop: AbortSignal): Promise<SensorTemperature[]> {
  const chips = await sysfsChips(sysfs)
  const own = toTemperatures(chips.length > 0 ? chips : await sensorsChips(stop))
  const cards = await run('nvidia-smi', ['--query-gpu=index,temperature.gpu', '--format=csv'], { stop })
  return [...own, ...(cards?.code === 0 ? parseNvidiaCsv(cards.out) : [])]
}

async function sensorsChips(stop: AbortSignal) {
  const printed = await run('sensors', ['-j'], { stop })
  return (printed && parseSensorsJson(printed.out)) ?? []
}

/** `at` is when it was measured. */
export function toReading({ sensor, value, limit }: SensorTemperature, at: Date): Reading {
  const unit = '°C'
  return {
    kind: 'reading',
    at,
    quantity: 'temperature',
    sensor,
    value,
    unit,
    ...(limit !== undefined && { limit }),
  }
}
