import { isIP } from 'node:net'
import type { Severity } from '../core/severity.ts'
import type { Prompt } from './prompt.ts'
import { toPlain } from './sanitise.ts'
import { answerSchema } from './schema.ts'

/** What an answer's text says, if it says anything that counts. */
export type Answer =
  | {
      readonly status: 'ok'
      readonly severity: Severity
      /** Ids of evidence, as they were sent. */
      readonly evidence: readonly string[]
      readonly reason: string
    }
  /** Its reason tells of things that were not in the question, so it is dropped. */
  | { readonly status: 'ungrounded'; readonly severity: Severity; readonly evidence: readonly string[] }
  /** It repeats what nobody but the program knows: somebody else is speaking. */
  | { readonly status: 'canary' }
  | { readonly status: 'invalid' }

export interface Asked {
  readonly prompt: Prompt
  /** Ids of evidence. */
  readonly ids: readonly string[]
  /** Words that no answer may hold. */
  readonly marks: readonly string[]
}

/** Reads an answer: the shape (I15), the marks (I12), what it rests on (I11); cleans its reason (I7). Never throws. */
export function readAnswer(text: string, { prompt, ids, marks }: Asked): Answer {
  if (marks.some((mark) => text.includes(mark))) return { status: 'canary' }
  const parsed = answerSchema(ids).safeParse(jsonIn(text))
  if (!parsed.success) return { status: 'invalid' }
  const { analysis, evidence, reason: said, severity } = parsed.data
  if (repeats(analysis, prompt.system) || repeats(said, prompt.system)) return { status: 'canary' }
  const reason = toPlain(said)
  if (reason.length < 10) return { status: 'invalid' }
  if (!isGrounded(reason, prompt.user)) return { status: 'ungrounded', severity, evidence }
  return { status: 'ok', severity, evidence, reason }
}

/** The one JSON value of a text; some models put it into a fence. */
function jsonIn(text: string): unknown {
  const bare = text
    .trim()
    .replace(/^```(?:json)?/, '')
    .replace(/```$/, '')
  try {
    return JSON.parse(bare)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Whether a text holds twelve words in a row of another. */
export function repeats(text: string, of: string): boolean {
  const source = ` ${wordsOf(of).join(' ')} `
  const words = wordsOf(text)
  return words.some((_, from) => {
    const run = words.slice(from, from + 12)
    return run.length === 12 && source.includes(` ${run.join(' ')} `)
  })
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Whether every address, domain and number of three digits or more in a text stands in the question too. */
export function isGrounded(reason: string, question: string): boolean {
  const known = new Set(tokensOf(question))
  const domains = [...known].filter(isDomain)
  const numbers = [...known].map(Number).filter(Number.isFinite)
  return tokensOf(reason).every((token) => {
    if (known.has(token)) return true
    if (isIP(token) > 0) return false
    if (isDomain(token)) return domains.some((domain) => domain.endsWith(`.${token}`))
    if (isNumber(token)) return digitsOf(token) < 3 || numbers.some((number) => isRounded(token, number))
    return (token.match(/\d{3,}/g) ?? []).every((digits) => known.has(digits))
  })
}

/** Words as they can be compared: lower case, without the marks of a sentence. */
function tokensOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9.:,_-]+/)
    .map((token) => token.replaceAll(/^[.:,_-]+|(?<![.:,_-])[.:,_-]+$/g, ''))
    .filter((token) => token !== '')
    .map((token) => (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(token) ? token.replaceAll(',', '') : token))
}

function isDomain(token: string): boolean {
  return token.includes('.') && /^[a-z0-9_.-]+\.[a-z][a-z0-9-]*[a-z0-9]$/.test(token)
}

function isNumber(token: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(token)
}

function digitsOf(token: string): number {
  return token.replaceAll(/\D/g, '').length
}

function isRounded(token: string, number: number): boolean {
  return number.toFixed(token.split('.')[1]?.length ?? 0) === token
}
