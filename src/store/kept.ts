/** No name, address or sentence of ours is as long; what is, costs memory in every question about it. */
const longest = 1000

/**
 * Text of an event as it is kept, so that what is asked for later is what was seen: at most 1000 UTF-16 units, and
 * without byte order marks before it, the first of which the driver drops when it reads.
 */
export function kept(text: string): string {
  if (text.length <= longest && text.charCodeAt(0) !== 0xfeff) return text
  return text.slice(0, longest).replace(/^\uFEFF+/, '')
}
