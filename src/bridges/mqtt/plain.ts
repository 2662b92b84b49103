/**
 * Text of strangers as one line without control characters, direction marks and braces, so that no template can stand
 * in it (I10). At most `longest` code points; `…` stands where it was cut.
 */
export function plain(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, '')
    .replaceAll('{', '(')
    .replaceAll('}', ')')
    .trim()
  const points = Array.from(line)
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : line
}

/** What may stand in a topic and in an entity's id, made of any text. */
export function slug(text: string): string {
  return text
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .slice(0, 40)
}
