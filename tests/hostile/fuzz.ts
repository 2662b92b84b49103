/** Real text made wrong, always the same way for the same seed. */

/** 100 kB in one line. */
export const huge = 100_000

/** What is said where something else was expected: signs that formats are made of, and what strangers write. */
const hostile = [
  ...['', '\0', '\n', '\r\n', '\u001b[2J', '\u202e', '\u2028', '\ud800', '\ufffd', '😀', 'é'.repeat(300)],
  ...[
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '"',
    "'",
    '<',
    '>',
    '=',
    ':',
    '::',
    ',',
    ';',
    '/',
    '\\',
    '|',
    '%',
    '#',
    '.',
  ],
  ...['-1', '0', '1e999', '99999999999999999999', 'NaN', 'null', '__proto__', 'constructor', 'Infinity'],
  ...[
    '<!DOCTYPE x [<!ENTITY y "z">]>',
    '&y;',
    '<![CDATA[',
    '-->',
    '{"a":[',
    ' from ',
    ' is ',
    ': ',
    ') ',
    '/0',
  ],
  ...[
    '0.0.0.0',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '2026-13-45T25:61:61Z',
    'Feb 30 24:00:00 ',
    'xn--',
    'x'.repeat(300),
  ],
] as const

/** What a line of 100 kB is full of. */
const fillers = [
  ...[
    'a',
    ' ',
    '\t',
    '0',
    '.',
    ':',
    '[',
    '{',
    '"',
    '\\',
    '<',
    '<a>',
    '=',
    'a=b ',
    ',',
    '/',
    '(',
    '%',
    '\n',
    '😀',
  ],
  ...[
    '\0',
    'a.',
    '1.2.3.4 ',
    ': ',
    ' from ',
    ' is ',
    '{"a":',
    '[1',
    '&amp;',
    '<a b="c"/>',
    "'",
    '-',
    '\ud800',
  ],
] as const

/** Numbers from 0 up to below 1: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export type Random = () => number

/** The same numbers for the same seed. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32
}

const below = (random: Random, end: number) => Math.floor(random() * end)

function oneOf<T>(random: Random, [first, ...rest]: readonly [T, ...T[]]): T {
  return rest[below(random, rest.length + 1) - 1] ?? first
}

type Change = (text: string, random: Random) => string

const changes: readonly [Change, ...Change[]] = [
  cut,
  (text, random) => text.slice(below(random, text.length)),
  doubled,
  flipped,
  swapped,
  swapped,
  (text, random) => put(text, random, oneOf(random, hostile)),
  filled,
]

/** One of these texts, changed once to four times. */
export function wrong(seeds: readonly [string, ...string[]], random: Random): string {
  let text = oneOf(random, seeds)
  for (let left = 1 + below(random, 4); left > 0; left -= 1) text = oneOf(random, changes)(text, random)
  return text
}

/** One of these texts, made so long by what it holds itself or by one sign, in one place. */
export function long(seeds: readonly [string, ...string[]], length: number, random: Random): string {
  const text = wrong(seeds, random)
  const part = text.slice(below(random, text.length), below(random, text.length))
  const filler = random() < 0.3 && part !== '' ? part : oneOf(random, fillers)
  const body = filler.repeat(Math.ceil(length / filler.length))
  return put(text, random, body).slice(0, length)
}

function cut(text: string, random: Random): string {
  return text.slice(0, below(random, text.length + 1))
}

/** A piece of it stands there twice. */
function doubled(text: string, random: Random): string {
  const [from, to] = [below(random, text.length + 1), below(random, text.length + 1)]
  return text.slice(0, to) + text.slice(Math.min(from, to))
}

/** A bit of a few characters is another. */
function flipped(text: string, random: Random): string {
  let changed = text
  for (let left = 1 + below(random, 5); left > 0 && text !== ''; left -= 1) {
    const at = below(random, text.length)
    const code = changed.charCodeAt(at) ^ (1 << below(random, 8))
    changed = changed.slice(0, at) + String.fromCharCode(code) + changed.slice(at + 1)
  }
  return changed
}

const word = /[\w.-]+/g

/** Two of its words change places. */
function swapped(text: string, random: Random): string {
  const words = [...text.matchAll(word)]
  const [one, other] = [words[below(random, words.length)], words[below(random, words.length)]]
  if (one === undefined || other === undefined || one.index >= other.index) return text
  const between = text.slice(one.index + one[0].length, other.index)
  return text.slice(0, one.index) + other[0] + between + one[0] + text.slice(other.index + other[0].length)
}

function put(text: string, random: Random, more: string): string {
  const at = below(random, text.length + 1)
  return text.slice(0, at) + more + text.slice(at)
}

/** One of its words is something else. */
function filled(text: string, random: Random): string {
  const words = [...text.matchAll(word)]
  const one = words[below(random, words.length)]
  if (one === undefined) return text
  return text.slice(0, one.index) + oneOf(random, hostile) + text.slice(one.index + one[0].length)
}
