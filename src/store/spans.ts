import { midnight } from '../core/time.ts'

/** How often a subject gives a sample: for each local hour, or for each local day. */
export interface Rhythm {
  readonly name: 'hourly' | 'daily'
  /** How many of the newest samples are kept: of hours 8 weeks, of days a year. */
  readonly kept: number
  /** The beginning of the span that this moment lies in. */
  startOf(at: Date): Date
  endOf(start: Date): Date
  /** The span's name in a file: local time, and for hours its offset, as the hour comes twice when summer time ends. */
  keyOf(start: Date): string
}

const hour = 3_600_000

/** Local hours. */
export const hourly: Rhythm = {
  name: 'hourly',
  kept: 8 * 7 * 24,
  startOf: (at) =>
    new Date(at.getTime() - ((at.getMinutes() * 60 + at.getSeconds()) * 1000 + at.getMilliseconds())),
  endOf: (start) => new Date(start.getTime() + hour),
  keyOf: (start) => `${dayOf(start)}T${two(start.getHours())}${offsetOf(start)}`,
}

/** Local days, 23 to 25 hours long. */
export const daily: Rhythm = {
  name: 'daily',
  kept: 366,
  startOf: midnight,
  endOf: (start) => new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1),
  keyOf: dayOf,
}

/** When the span of this name began; undefined when it is no such name. */
export function startOfKey(key: string): Date | undefined {
  const [, date, hours, offset] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d)([+-]\d\d:\d\d)?)?$/.exec(key) ?? []
  if (date === undefined) return undefined
  return new Date(`${date}T${hours ?? '00'}:00:00${offset ?? ''}`)
}

/** Hour of the week by the clock on the wall, 0 = Monday 00:00; undefined for a day. */
export function hourOfWeek(key: string): number | undefined {
  const [, date, hours] = /^(\d{4}-\d\d-\d\d)T(\d\d)/.exec(key) ?? []
  if (date === undefined) return undefined
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
  return weekday * 24 + Number(hours)
}

function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

function offsetOf(at: Date): string {
  const minutes = -at.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
