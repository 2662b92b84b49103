import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createContext, Script } from 'node:vm'
import { attacksOn } from './attacks.ts'
import { expressionsIn } from './expressions.ts'

/** Every regular expression of the program meets lines of 100 kB that are made to slow it down. */

const length = 100_000
/** Milliseconds of processor time; a line that takes longer must at least be no worse than its length. */
const longest = 50
/** After so many milliseconds it is ended. */
const patience = 500

interface Expression {
  readonly source: string
  readonly flags: string
}

const files = globSync('{src,web}/**/*.ts').filter((file) => !/dist|node_modules/.test(file))
const box: { text: string; expression: RegExp } = { text: '', expression: /x/g }
createContext(box)
const everywhere = new Script('text.replaceAll(expression, "")')

/** Processor time of looking for it everywhere in a text, milliseconds; endless when it was given up. */
function timeOf({ source, flags }: Expression, text: string): number {
  box.text = text
  box.expression = new RegExp(source, `g${flags.replaceAll(/[gy]/g, '')}`)
  const began = process.threadCpuUsage()
  try {
    everywhere.runInContext(box, { timeout: patience })
  } catch (error) {
    if (isTimeout(error)) return Infinity
    throw error
  }
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1000
}

/** The error is of the other context, where `Error` is another. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  )
}

function fastest(expression: Expression, text: string): number {
  return Math.min(...[1, 2, 3].map(() => timeOf(expression, text)))
}

/** The attack that makes it run away: too slow, and growing faster than the text does. */
function runaway(expression: Expression): string | undefined {
  const attacks = [...attacksOn(expression, length)]
  const index = attacks.findIndex((attack, at) => {
    const first = timeOf(expression, attack)
    if (first <= longest) return false
    const time = first === Infinity ? first : fastest(expression, attack)
    const quarter = [...attacksOn(expression, length / 4)][at] ?? ''
    return time === Infinity || (time > longest && time > 8 * fastest(expression, quarter))
  })
  const attack = attacks[index]
  return attack && JSON.stringify(`${attack.slice(0, 20)}…${attack.slice(-5)}`)
}

test('no regular expression runs away on a long line', () => {
  const known = new Map<string, string | undefined>()
  const slow: string[] = []
  for (const file of files)
    for (const { line, ...expression } of expressionsIn(readFileSync(file, 'utf8'))) {
      const name = `/${expression.source}/${expression.flags}`
      if (!known.has(name)) known.set(name, runaway(expression))
      const attack = known.get(name)
      if (attack !== undefined) slow.push(`${file}:${line} ${name} on ${attack}`)
    }
  assert.deepEqual(slow, [])
  assert.ok(known.size > 100, `${known.size} were found`)
})

test('no regular expression is made of text', () => {
  const made = files.filter((file) => /\bRegExp\(/.test(readFileSync(file, 'utf8')))
  assert.deepEqual(made, [])
})

test('what does run away is found', () => {
  for (const source of [
    '^(a+)+$',
    '^(?:[a-z]|a)*!$',
    '\\s+$',
    '^x_+|_+$',
    '\\d+\\.\\d+$',
    '\\s*[#;].*$|\\s+',
    '(?:-isa-).*$',
    'a\\w*b\\w*c',
    '^--(?<name>\\w+\\s?)*$',
    '(?=(x+x+)+y)',
  ])
    assert.notEqual(runaway({ source, flags: '' }), undefined, source)
  for (const source of ['^a+$', '\\s+', '[^a-z]+', '(?<!_)_+$', '(?:\\d{1,3}\\.){3}\\d{1,3}$'])
    assert.equal(runaway({ source, flags: 'u' }), undefined, source)
})

test('expressions are told from divisions, strings, templates and comments', () => {
  const code = String.raw`#!/usr/bin/env node
    // a comment's /no/ and 'quote
    /* /no/ */ const half = total / 2 / parts[0] / (1 + 1) / 3
    const one = text.split(/a\/[/"']b/gi).map((x) => /two/.test(x))
    const path = '/no/' + "it's /no/" + ${'`/no/ ${all.replace(/three}/u, `${x}`)} /no/ ${{ a: 1 }.a} /no/`'}
    return /four/
  `
  assert.deepEqual(
    expressionsIn(code).map(({ line, source, flags }) => [line, source, flags]),
    [
      [4, String.raw`a\/[/"']b`, 'gi'],
      [4, 'two', ''],
      [5, 'three}', 'u'],
      [6, 'four', ''],
    ],
  )
})
