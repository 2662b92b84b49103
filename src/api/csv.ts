/** What a spreadsheet takes for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const formula = /^(?:[\s\p{Cf}]*[=+\-@|%＝＋－＠]|[\t\r\n])/u

/**
 * A line of CSV (RFC 4180), with its end. Text that a spreadsheet would take for a formula gets an apostrophe before
 * it: names are written by strangers. Numbers stay numbers, dates are ISO 8601 in UTC, and what is absent is empty.
 */
export function toCsvLine(cells: readonly (string | number | boolean | Date | undefined)[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(value: string | number | boolean | Date | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return value instanceof Date ? value.toISOString() : String(value)
  const safe = formula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
