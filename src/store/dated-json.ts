/** JSON in which a Date stays one: it is written as `{"$date": milliseconds}`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key: string, written: unknown) {
    const own = this[key]
    return own instanceof Date ? { $date: own.getTime() } : written
  })
}

/** For `JSON.parse`: the way back. */
export function reviveDate(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$date' in value)) return value
  return typeof value.$date === 'number' ? new Date(value.$date) : value
}
