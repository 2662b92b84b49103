import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rank, severities, type Band } from '../../src/core/severity.ts'
import { isGrounded, readAnswer, repeats, type Asked } from '../../src/triage/answer.ts'
import { toFacts } from '../../src/triage/facts.ts'
import { toJudgement } from '../../src/triage/judgement.ts'
import { toSystem, toUser } from '../../src/triage/prompt.ts'
import { hostile } from './hostile.ts'
import { valid } from './ollama-double.ts'
import { question, signal } from './questions.ts'

const asked: Asked = {
  prompt: { system: toSystem('c0ffee'), user: toUser(toFacts(question()), '6f1d') },
  ids: ['E1', 'E2'],
  marks: ['c0ffee', '6f1d'],
}

const bands: readonly Band[] = severities.flatMap((floor) =>
  severities.flatMap((usual) =>
    severities
      .map((ceiling) => ({ floor, default: usual, ceiling }))
      .filter((band) => rank(band.floor) <= rank(band.default) && rank(band.default) <= rank(band.ceiling)),
  ),
)

function isInside(severity: (typeof severities)[number], band: Band): boolean {
  return rank(band.floor) <= rank(severity) && rank(severity) <= rank(band.ceiling)
}

test('no outcome leaves the band, and none that fails leaves the default (I1, I15)', () => {
  const evidence = fc.array(fc.constantFrom('E1', 'E2', 'E9'))
  const outcome = fc.oneof(
    fc.record({
      status: fc.constant('ok' as const),
      severity: fc.constantFrom(...severities),
      evidence,
      reason: fc.string(),
    }),
    fc.record({
      status: fc.constant('ungrounded' as const),
      severity: fc.constantFrom(...severities),
      evidence,
    }),
    fc.record({ status: fc.constantFrom('canary' as const, 'invalid' as const, 'timeout' as const) }),
  )
  const alerts = bands.map((band) => question({ band }).alert)
  fc.assert(
    fc.property(fc.constantFrom(...alerts), outcome, (alert, made) => {
      const { severity, said, evidence: cited } = toJudgement(made, alert)
      assert.ok(isInside(severity, alert.band))
      assert.ok(cited.every((id) => id === 's7'))
      if ('severity' in made) assert.equal(said, made.severity)
      else assert.equal(severity, alert.band.default)
    }),
    { numRuns: 100_000 },
  )
})

test('whatever a model writes, what is shown of it is clean and what it cites was sent (I7, I11)', () => {
  const field = fc.oneof(
    hostile,
    fc.constantFrom('E1', 'none', 'dns', 'high', 'The tablet asks for odd names.'),
  )
  const text = fc.oneof(
    hostile,
    fc
      .record({ analysis: field, reason: field, severity: field, category: field, evidence: fc.array(field) })
      .map((change) => valid(change)),
    fc.record({ reason: hostile }).map(valid),
    fc.record({ evidence: fc.array(fc.constantFrom('E1', 'E2', 'E3')) }).map(valid),
  )
  fc.assert(
    fc.property(text, (written) => {
      const answer = readAnswer(written, asked)
      if (answer.status === 'ok') assert.match(answer.reason, /^[A-Za-z0-9 ,.:%-]{10,240}$/)
      if (answer.status !== 'ok' && answer.status !== 'ungrounded') return
      assert.ok(answer.evidence.length > 0 && answer.evidence.every((id) => asked.ids.includes(id)))
      assert.equal(new Set(answer.evidence).size, answer.evidence.length)
    }),
    { numRuns: 3000 },
  )
})

test('deep, huge and poisoned JSON is no answer', () => {
  for (const text of [
    '['.repeat(100_000),
    `{"analysis":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`,
    '{"__proto__":{"severity":"high"}}',
    valid().replace('}', ',"__proto__":{"x":1}}'),
    valid().replace('"severity":"low"', '"severity":1e400'),
    valid({ constructor: 'x' }),
    '',
    'null',
  ])
    assert.deepEqual(readAnswer(text, asked), { status: 'invalid' }, text.slice(0, 50))
})

test('an address, a domain or a number of three digits must stand in the question (I11)', () => {
  const { alert } = question({
    signals: [
      signal({
        target: 'cdn.evil.example',
        evidence: { queries: 12345, share: 0.93333, address: '192.0.2.7', port: 8080 },
      }),
    ],
  })
  const user = toUser(toFacts(question(alert)), '6f1d')
  for (const reason of [
    'Two of 14 names are odd.',
    'It asked 12345 times, or 12,345 times.',
    'A share of 0.933 is high.',
    'It asks for cdn.evil.example and so for evil.example.',
    'It spoke with 192.0.2.7.',
    'It uses port 8080, and port8080 is odd.',
    'It is 50 days old: 90 percent, E1.',
  ])
    assert.equal(isGrounded(reason, user), true, reason)
  for (const reason of [
    'It asked 999 times.',
    'It asked 12346 times.',
    'It asks for other.example.',
    'It asks for vil.example.',
    'It spoke with 192.0.2.70.',
    'It spoke with 2001:db8::7.',
    'Call 555-0100 now.',
    'See CVE-2026-7482.',
    'A share of 0.934 is high.',
  ])
    assert.equal(isGrounded(reason, user), false, reason)
})

test('twelve words in a row of the instructions are too many', () => {
  const system = 'one two three four five six seven eight nine ten eleven twelve thirteen'
  assert.equal(repeats('One, two. three four five six seven eight nine ten eleven TWELVE', system), true)
  assert.equal(repeats('one two three four five six seven eight nine ten eleven', system), false)
  assert.equal(repeats('one two three four five six x seven eight nine ten eleven twelve', system), false)
})
