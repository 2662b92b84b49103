const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Nov 20 12:00:00 `: local time without a year (RFC 3164, dnsmasq's own file). */
const bsd = /^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) /
/** `Fri Nov 20 12:00:00 2026 `: local time (OpenWrt's logread). */
const openwrt = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) /
/** `2026-11-20T12:00:00.123456+01:00 ` (RFC 3339); without a zone it is local time. */
const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)? /

const hour = 3_600_000
const day = 24 * hour

/** Reads the time at the beginning of a log line. Lines of the same second share one `Date`. */
export interface Stamps {
  /** Where the text after the stamp begins; −1 when the line has none. */
  read(line: string): number
  /** The time of the line read last that had one. */
  at(): Date
}

/**
 * Stamps of one log, whose lines come in order. `written` is when its last line was written: a stamp without a year
 * is of the newest year that does not lie more than a day after it. Of an hour that comes twice (the end of summer
 * time) the order of the lines tells which it is; where the first line is in it, the newest that can be.
 */
export function makeStamps(written: Date): Stamps {
  let text = ''
  let end = -1
  let at = new Date(Number.NaN)
  return {
    at: () => at,
    read(line) {
      if (end > 0 && line.startsWith(text)) return end
      const found = toStamp(line, written, at)
      if (found === undefined) return -1
      end = found.end
      text = line.slice(0, end)
      at = found.at
      return end
    },
  }
}

function toStamp(line: string, written: Date, last: Date): { at: Date; end: number } | undefined {
  const found = bsd.exec(line) ?? openwrt.exec(line)
  if (found === null) return toIsoStamp(line, written, last)
  const [all, name = '', date, hours, minutes, seconds, year] = found
  const month = months.indexOf(name)
  if (month < 0) return undefined
  const time = [month, Number(date), Number(hours), Number(minutes), Number(seconds)] as const
  const newest = year === undefined ? written.getFullYear() + 1 : Number(year)
  const oldest = year === undefined ? newest - 9 : newest
  for (let guess = newest; guess >= oldest; guess--) {
    const at = toLocalTime(guess, time, written, last)
    if (at && (year !== undefined || at.getTime() <= written.getTime() + day)) return { at, end: all.length }
  }
  return undefined
}

function toIsoStamp(line: string, written: Date, last: Date): { at: Date; end: number } | undefined {
  const [all, date, time, fraction, zone] = iso.exec(line) ?? []
  if (all === undefined || date === undefined || time === undefined) return undefined
  const milliseconds = `${fraction ?? ''}000`.slice(0, 3)
  if (zone !== undefined) {
    const at = new Date(`${date}T${time}.${milliseconds}${zone}`)
    return Number.isNaN(at.getTime()) ? undefined : { at, end: all.length }
  }
  const [year = 0, month = 0, days = 0] = date.split('-').map(Number)
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  const local = toLocalTime(year, [month - 1, days, hours, minutes, seconds], written, last)
  return local && { at: new Date(local.getTime() + Number(milliseconds)), end: all.length }
}

/** Undefined when that year has no such day, or no day has such a time. */
function toLocalTime(
  year: number,
  [month, days, hours, minutes, seconds]: readonly [number, number, number, number, number],
  written: Date,
  last: Date,
): Date | undefined {
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const at = new Date(year, month, days, hours, minutes, seconds)
  if (at.getMonth() !== month || at.getDate() !== days) return undefined
  const again = new Date(at.getTime() + hour)
  if (again.getHours() !== at.getHours()) return at
  const isAgain = Number.isNaN(last.getTime())
    ? again <= written
    : at < last && last.getTime() - at.getTime() <= hour
  return isAgain ? again : at
}
