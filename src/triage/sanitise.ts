import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { logWords } from './log-words.ts'

/** Text that may stand in a prompt: made here and nowhere else (I5). */
export type Clean = string & { readonly __brand: 'Clean' }

/**
 * A stranger's name as a JSON string: letters, digits and `._-/` only (an address keeps its colons), other scripts as
 * punycode (I13), 63 characters a label and 100 in all. So it holds no fence, no role marker and no second line (I6).
 */
export function toName(text: string): Clean {
  return JSON.stringify(nameText(text)) as Clean
}

/** What `toName` puts between the quotes. */
export function nameText(text: string): string {
  const start = text.slice(0, 1000)
  if (isIP(start) > 0) return start
  const labels = start.split('.').map((label) => asciiOf(label).slice(0, 63))
  return labels.join('.').slice(0, 100)
}

/** The names of a list that is written with commas (`"a.example", "b.example"`), at most five and 120 characters. */
export function toNames(text: string): Clean {
  const names = text.slice(0, 1000).split(/,\s*/).slice(0, 5)
  const words = names.map((name) => toName(name.replaceAll('"', '')))
  return words.filter((_, index) => words.slice(0, index + 1).join(' ').length <= 120).join(' ') as Clean
}

/** The word for a number, as a detector calls it: letters, digits, `_` and `-`. */
export function toMetric(text: string): Clean {
  return text.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40) as Clean
}

/** A number with at most six digits that count. */
export function toNumber(value: number): Clean {
  return (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '-') as Clean
}

/**
 * What a line of a log says, as a JSON string: the words that programs print, in small letters, and `*` for all else, at
 * most 80 characters.
 */
export function toLogWords(template: string): Clean {
  return JSON.stringify(logText(template)) as Clean
}

/** What `toLogWords` puts between the quotes. */
export function logText(template: string): string {
  const parts = template
    .slice(0, 1000)
    .toLowerCase()
    .replaceAll(/<[a-z]{1,9}>/g, ' * ')
    .split(/[^\p{L}\p{M}\p{N}*'’]+/u)
    .filter((part) => part !== '')
    .map((part) => (logWords.has(part) ? part : '*'))
  const kept = parts.filter((part, index) => part !== '*' || parts[index - 1] !== '*')
  return kept.filter((_, index) => kept.slice(0, index + 1).join(' ').length <= 80).join(' ')
}

/**
 * What the people of this house wrote, as a JSON string of one line: letters of any script, digits and plain
 * punctuation. Role markers (`system:`) lose their colon.
 */
export function toOwnWords(text: string, longest: number): Clean {
  const plain = text
    .slice(0, longest * 2)
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N} .,;:!?%°'+/-]+/gu, ' ')
    .replaceAll(/\b(system|user|assistant|developer|tool|human|instructions?)(?:\s*:)+/giu, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return JSON.stringify(Array.from(plain).slice(0, longest).join('')) as Clean
}

/**
 * What a model wrote, made fit to be shown (I7): ASCII letters, digits and `,.:%-`, no address of a page, at most 240
 * characters. What is clean already stays as it is.
 */
export function toPlain(text: string): string {
  return text
    .slice(0, 4000)
    .normalize('NFKC')
    .replaceAll(/[a-z][a-z0-9+.-]{0,30}:\/\/\S*/gi, ' ')
    .replaceAll(/[^A-Za-z0-9 ,.:%-]+/g, ' ')
    .replaceAll(/ +/g, ' ')
    .slice(0, 240)
    .trim()
}

/** Other scripts as punycode; what cannot stand in a name becomes `_`. */
function asciiOf(label: string): string {
  const isPlain = /^[\u0020-\u007e]*$/.test(label)
  const ascii = isPlain ? label : domainToASCII(label) || label
  return ascii.replaceAll(/[^A-Za-z0-9_/-]+/g, '_').replaceAll(/^_+|(?<!_)_+$/g, '')
}
