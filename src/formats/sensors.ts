import * as z from 'zod'

/** What one sensor measures now. */
export interface SensorTemperature {
  /** Unique on its machine: `coretemp/Core 0`. */
  readonly sensor: string
  /** °C */
  readonly value: number
  /** °C: where its maker says that it becomes critical, else too hot. */
  readonly limit?: number
}

/** A thing with sensors, as the kernel knows it. */
export interface Chip {
  readonly name: string
  /** Tells it from others of its name: `coretemp.1`, `nvme0`. */
  readonly place: string
  readonly sensors: readonly {
    readonly label: string
    /** Tells it from others of its label: `temp2`. */
    readonly place: string
    readonly value: number
    /** The first that makes sense counts. */
    readonly limits: readonly number[]
  }[]
}

/**
 * The temperatures that can be true. A sensor that is not connected shows the end of its range (−128, 127, 255), the
 * cold of space, or exactly 0: none of these is a temperature inside a house.
 */
export function toTemperatures(chips: readonly Chip[]): SensorTemperature[] {
  const twice = doubled(chips.map(({ name }) => name))
  return chips.flatMap((chip) => {
    const prefix = !twice.has(chip.name)
      ? chip.name
      : chip.place.includes(chip.name)
        ? chip.place
        : `${chip.name}-${chip.place}`
    const same = doubled(chip.sensors.map(({ label }) => label))
    return chip.sensors
      .filter(({ value }) => value > -40 && value < 150 && value !== 0 && value !== 127)
      .map(({ label, place, value, limits }) => {
        const limit = limits.find((limit) => limit > 0 && limit < 150)
        const sensor = `${prefix}/${same.has(label) ? `${label} ${place}` : label}`
        return { sensor, value, ...(limit !== undefined && { limit }) }
      })
  })
}

function doubled(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) < index))
}

const printed = z.record(z.string(), z.record(z.string(), z.unknown()))
const feature = z.record(z.string(), z.number())

/**
 * The chips that `sensors -j` of lm-sensors prints. Where a sensor cannot be read it prints a line `ERROR: …` or a
 * comma too many, which is not JSON: that sensor is left out. Undefined when it is no such text.
 */
export function parseSensorsJson(text: string): Chip[] | undefined {
  const chips = printed.safeParse(parseLenient(text))
  if (!chips.success) return undefined
  return Object.entries(chips.data).map(([place, features]) => ({
    name: place.replace(/-(?:isa|pci|i2c|spi|acpi|virtual|hid|mdio|scsi)-.*/s, ''),
    place,
    sensors: Object.entries(features).flatMap(([label, values]) => toSensor(label, values)),
  }))
}

function toSensor(label: string, values: unknown): Chip['sensors'] {
  const { data: numbers = {} } = feature.safeParse(values)
  const [, place] =
    /^(temp\d+)_input$/.exec(Object.keys(numbers).find((key) => /^temp\d+_input$/.test(key)) ?? '') ?? []
  if (place === undefined || numbers[`${place}_fault`] === 1) return []
  const value = numbers[`${place}_input`] ?? 0
  const limits = [numbers[`${place}_crit`] ?? 0, numbers[`${place}_max`] ?? 0]
  return [{ label, place, value, limits }]
}

function parseLenient(text: string): unknown {
  const clean = text.replaceAll(/^ERROR:.*$/gm, '').replaceAll(/,(\s*[}\]])/g, '$1')
  try {
    return JSON.parse(clean)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * The temperatures of `nvidia-smi --query-gpu=index,temperature.gpu --format=csv`, whatever other columns there are;
 * cards without an index are counted. A card that does not tell (`[N/A]`) is left out.
 */
export function parseNvidiaCsv(text: string): SensorTemperature[] {
  const lines = text.trim().split('\n')
  const [columns = [], ...rows] = lines.map((line) => line.split(',').map((cell) => cell.trim()))
  const [index, temperature] = [columns.indexOf('index'), columns.indexOf('temperature.gpu')]
  return rows.flatMap((row, position) => {
    const value = Number.parseFloat(row[temperature] ?? '')
    const number = row[index] ?? String(position)
    return value > 0 && value < 150 ? [{ sensor: `nvidia/GPU ${number}`, value }] : []
  })
}
