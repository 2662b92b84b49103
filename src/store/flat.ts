/**
 * A copy of a text that is kept for long. A text that was cut out of another one holds on to all of it: an address
 * would keep the whole piece of the log that it stood in.
 */
export function flat(text: string): string {
  return Buffer.from(text).toString()
}
