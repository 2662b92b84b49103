const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu
const special = /[\\*_~`|<>#\-+[\]()@:&]/

/**
 * Text of strangers on one line, shown letter by letter (I9): no markdown, mention, link, emoji or code fence in it has
 * an effect. At most `longest` UTF-16 units, backslashes included; `…` stands where it was cut.
 */
export function plain(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(unseen, '')
    .trim()
  let shown = ''
  for (const character of line) {
    const piece = special.test(character) ? `\\${character}` : character
    if (shown.length + piece.length >= longest) return `${shown}…`
    shown += piece
  }
  return shown
}
