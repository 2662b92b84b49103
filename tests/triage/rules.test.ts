import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rank, severities, type Band } from '../../src/core/severity.ts'
import type { StoredSignal } from '../../src/core/signal.ts'
import { correlate, reasonOf, rules, togetherSure, type Correlating } from '../../src/triage/rules.ts'
import { hostile } from './hostile.ts'
import { signal } from './questions.ts'

function correlated(signals: readonly StoredSignal[], change: Partial<Correlating> = {}) {
  return correlate({ signals, sensitivity: 'balanced', learning: false, isKnown: () => false, ...change })
}

const band = (floor: Band['floor'], usual: Band['default'], ceiling: Band['ceiling']): Band => ({
  floor,
  default: usual,
  ceiling,
})

test('each rule’s band is in order, and each detector has one rule and one sentence', () => {
  for (const { band: row, why } of rules) {
    assert.ok(rank(row.floor) <= rank(row.default) && rank(row.default) <= rank(row.ceiling))
    assert.match(why, /^[A-Z][A-Za-z0-9 ,.:%-]+\.$/)
  }
  assert.equal(new Set(rules.map(({ detector }) => detector)).size, rules.length)
})

test('confidence combines over causes', () => {
  const near = (signals: readonly StoredSignal[], confidence: number) =>
    assert.ok(Math.abs(togetherSure(signals) - confidence) < 1e-12)
  near(
    [signal({ id: 's1', confidence: 0.8, cause: 'a' }), signal({ id: 's2', confidence: 0.5, cause: 'b' })],
    0.9,
  )
  near(
    [signal({ id: 's1', confidence: 0.8, cause: 'a' }), signal({ id: 's2', confidence: 0.5, cause: 'a' })],
    0.8,
  )
  near([signal({ id: 's1', confidence: 0.8 }), signal({ id: 's2', confidence: 0.5 })], 0.9)
  near([], 0)
})

test('a rule holds from a confidence on that the sensitivity moves', () => {
  const dga = (confidence: number, sensitivity: Correlating['sensitivity']) =>
    correlated([signal({ confidence })], { sensitivity }).band
  assert.deepEqual(dga(0.8, 'balanced'), band('none', 'medium', 'high'))
  assert.deepEqual(dga(0.79, 'balanced'), band('none', 'low', 'medium'))
  assert.deepEqual(dga(0.89, 'relaxed'), band('none', 'low', 'medium'))
  assert.deepEqual(dga(0.9, 'relaxed'), band('none', 'medium', 'high'))
  assert.deepEqual(dga(0.7, 'strict'), band('none', 'medium', 'high'))
  const listed = signal({ detector: 'threat-intel', confidence: 0.6 })
  assert.deepEqual(correlated([listed]).band, band('none', 'medium', 'medium'), 'nothing is certain below it')
})

test('a detector without a rule is low, at most medium', () => {
  assert.deepEqual(
    correlated([signal({ detector: 'beaconing', confidence: 1 })]).band,
    band('none', 'low', 'medium'),
  )
})

test('an alert has the worst band of its signals and the words of the strongest', () => {
  const listed = signal({ id: 's8', detector: 'threat-intel', confidence: 0.85, summary: 'on a threat list' })
  const { band: worst, title } = correlated([signal({ confidence: 0.97 }), listed])
  assert.deepEqual(worst, band('high', 'high', 'high'))
  assert.equal(title, 'on a threat list')
  assert.match(reasonOf([signal(), listed]), /threat list/)
})

test('an alert without signals that count is nothing', () => {
  assert.deepEqual(correlated([]), { band: band('none', 'none', 'none'), confidence: 0, title: '' })
})

test('while learning only what is certain may be high', () => {
  assert.deepEqual(correlated([signal()], { learning: true }).band, band('none', 'medium', 'medium'))
  const listed = signal({ detector: 'threat-intel', confidence: 0.95 })
  assert.deepEqual(correlated([listed, signal()], { learning: true }).band, band('high', 'high', 'high'))
})

test('what people know is low at most, but never below what is certain', () => {
  const isKnown = ({ target }: StoredSignal) => target === 'coretemp/Core 0'
  const warm = signal({ detector: 'temperature', target: 'coretemp/Core 0', confidence: 0.9 })
  assert.deepEqual(correlated([warm], { isKnown }).band, band('none', 'low', 'high'))
  assert.deepEqual(
    correlated([{ ...warm, target: 'other' }], { isKnown }).band,
    band('none', 'medium', 'high'),
  )
  const listed = signal({ detector: 'threat-intel', confidence: 0.95 })
  assert.deepEqual(correlated([listed], { isKnown: () => true }).band, band('high', 'high', 'high'))
})

test('every band of every alert is in order', () => {
  const detectors = [...rules.map(({ detector }) => detector), 'unknown']
  for (const one of detectors)
    for (const other of detectors)
      for (const confidence of [0.3, 0.75, 0.85, 0.95])
        for (const learning of [true, false])
          for (const known of [true, false]) {
            const signals = [signal({ detector: one, confidence }), signal({ id: 's8', detector: other })]
            const { band: made } = correlated(signals, { learning, isKnown: () => known })
            assert.ok(severities.includes(made.floor))
            assert.ok(rank(made.floor) <= rank(made.default) && rank(made.default) <= rank(made.ceiling))
          }
})

test('what strangers wrote changes nothing of it (I4)', () => {
  const detectors = fc.constantFrom(...rules.map(({ detector }) => detector), 'unknown')
  fc.assert(
    fc.property(
      detectors,
      fc.double({ min: 0, max: 1, noNaN: true }),
      hostile,
      (detector, confidence, text) => {
        const one = correlated([signal({ detector, confidence })])
        const other = correlated([
          signal({ detector, confidence, target: text, summary: text, cause: text, evidence: { text } }),
        ])
        assert.deepEqual(other, { ...one, title: text })
      },
    ),
    { numRuns: 10_000 },
  )
})
