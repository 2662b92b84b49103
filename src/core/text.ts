/** Text of strangers, made fit to be shown on one line: quoted, control characters and direction marks escaped, capped. */
export function quote(text: string, longest = 100): string {
  const visible = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029"\\]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
  const points = Array.from(visible)
  return `"${points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : visible}"`
}

/** What a terminal may take for a command, a direction or a line's end, beside what JSON escapes by itself. */
const unseen = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu

/** The same JSON, of which a terminal obeys nothing. */
export function visibleJson(json: string): string {
  return json.replaceAll(unseen, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}

/**
 * Text of strangers on one line, without control characters and direction marks, and without the signs that begin HTML
 * or a template: for a phone or an automation that may draw what it is given. At most `longest` code points.
 */
export function bare(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[<>{}&]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu, '')
    .trim()
  const points = Array.from(line)
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : line
}
