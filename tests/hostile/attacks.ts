/** Strings that make a regular expression work as hard as it can. */

interface Atom {
  /** Short texts that it matches, as different as can be; one of no width has one empty text. */
  readonly texts: readonly string[]
  /** The alternatives inside a group. */
  readonly inside: readonly Repeated[][]
}

interface Repeated extends Atom {
  readonly least: number
  readonly most: number
}

/** What a class is tried with: the first that fits stands for it, so that neighbours that overlap get the same. */
const samples = [...Array.from('a0 _.-:/A"\'\\[(<{*%,é'), '\t', '\n', '\u0000', '\u202e', '😀', '\ud800']
/** What hardly anything fits, and where a line ends. */
const misses = ['\u0000', '\n!']
/** So many of the samples, and of the signs that the expression names elsewhere, stand for a class. */
const most = { samples: 3, named: 4 }

/**
 * Texts of this length that repeat what a part of the expression repeats, after what it wants before that part, and
 * with something at the end, and before, that does not fit.
 */
export function attacksOn({ source, flags }: { source: string; flags: string }, length: number): Set<string> {
  const attacks = new Set<string>()

  function pump(alternatives: readonly Repeated[][], start: string): void {
    for (const sequence of alternatives) {
      let prefix = start
      for (const part of sequence) {
        pump(part.inside, prefix)
        if (part.most > 1) for (const text of part.texts) add(prefix, text)
        prefix += (part.texts[0] ?? '').repeat(Math.max(part.least, 1))
      }
    }
  }

  function add(prefix: string, text: string): void {
    if (text === '') return
    const body = text.repeat(Math.ceil(length / text.length))
    for (const end of ['', ...misses]) attacks.add(`${prefix}${body}${end}`)
    for (const miss of misses) attacks.add(`${miss}${prefix}${body}${miss}`)
  }

  const alternatives = read(source, flags)
  pump(alternatives, '')
  const whole = alternatives.map((sequence) => textOf(sequence))
  for (const text of [...whole, ...samples.slice(0, 4)]) add('', text)
  return attacks
}

function textOf(sequence: readonly Repeated[]): string {
  return sequence.map((part) => (part.texts[0] ?? '').repeat(Math.max(part.least, 1))).join('')
}

/** The alternatives of an expression, each a sequence of parts. */
function read(source: string, flags: string): Repeated[][] {
  const tokens =
    source.match(
      /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|k<\w+>|.)|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<\w+>))?|[*+?]\??|\{\d+(?:,\d*)?\}\??|./gisu,
    ) ?? []
  const named = [...new Set(tokens.flatMap(signsOf))]
  let at = 0

  function alternatives(): Repeated[][] {
    const all: Repeated[][] = [[]]
    while (at < tokens.length && tokens[at] !== ')') {
      const token = tokens[at] ?? ''
      at += 1
      if (token === '|') all.push([])
      else all.at(-1)?.push(repeated(token))
    }
    at += 1
    return all
  }

  function repeated(token: string): Repeated {
    const atom = token.startsWith('(') ? group(token) : plain(token)
    const counts = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??$/.exec(tokens[at] ?? '')
    if (counts === null) return { ...atom, least: 1, most: 1 }
    at += 1
    const [, sign, low, comma, high] = counts
    if (sign !== undefined) return { ...atom, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity }
    const least = Number(low)
    return { ...atom, least, most: comma === '' ? least : high === '' ? Infinity : Number(high) }
  }

  function group(token: string): Atom {
    const inside = alternatives()
    const texts = /[=!]$/.test(token) ? [''] : inside.map(textOf)
    return { texts, inside }
  }

  function plain(token: string): Atom {
    if (/^(?:[\^$]|\\[bBk])/.test(token)) return { texts: [''], inside: [] }
    const one = new RegExp(`^${token}$`, flags.replaceAll(/[gy]/g, ''))
    const fits = (text: string) => one.test(text)
    const own = [...samples, token.replace(/^\\/, '')].filter(fits).slice(0, most.samples)
    return { texts: [...new Set([...own, ...named.filter(fits).slice(0, most.named)])], inside: [] }
  }

  return alternatives()
}

/** Signs that a token stands for by name: `#` and `;` of `[#;]`. */
function signsOf(token: string): string[] {
  const isNamed = token.length === 1 || token.startsWith('[') || /^\\\W$/.test(token)
  const isSyntax = /^(?:[*+?^$.|)]\??|\()/.test(token)
  return isNamed && !isSyntax
    ? Array.from(token.replaceAll(/^\[\^?|\]$|\\/g, '')).filter((sign) => /\W/.test(sign))
    : []
}
