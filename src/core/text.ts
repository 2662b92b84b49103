/** Text of strangers, made fit to be shown on one line: quoted, control characters and direction marks escaped, capped. */
export function quote(text: string, longest = 100): string {
  const visible = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029"\\]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
  const points = Array.from(visible)
  return `"${points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : visible}"`
}
