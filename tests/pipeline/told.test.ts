import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../../src/core/alert.ts'
import { thisMachine } from '../../src/core/device.ts'
import type { Severity } from '../../src/core/severity.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { occasionOf, toTold } from '../../src/pipeline/told.ts'
import type { Delivery } from '../../src/store/records.ts'

const now = new Date('2026-11-20T12:00:00Z')
const before = new Date('2026-11-20T11:00:00Z')

function alertOf(severity: Severity, more: Partial<Alert> = {}): Alert {
  return {
    id: 'a1',
    device: thisMachine,
    status: 'open',
    openedAt: before,
    updatedAt: before,
    title: 'something',
    band: { floor: 'none', default: severity, ceiling: 'high' },
    confidence: 0.9,
    severity,
    seq: 5,
    signalsSeq: 3,
    ...more,
  }
}

function deliveryOf(alert: Alert, detectors: readonly string[], at = before): Delivery {
  return {
    id: 1,
    notifier: 'notify/x',
    key: 'alert/a1',
    occasion: 'new',
    at,
    alerts: [toTold(alert, detectors)],
    receipt: {},
  }
}

function why(alert: Alert, earlier: readonly Delivery[], detectors: readonly string[] = ['dga']) {
  return occasionOf({ alert, detectors, earlier, isCertain: (name) => name === 'threat-intel', now })
}

const verdict: Verdict = {
  at: new Date('2026-11-20T11:30:00Z'),
  severity: 'low',
  reason: 'an update',
  evidence: ['s1'],
  status: 'ok',
  model: 'm',
  signalsSeq: 3,
  latencyMs: 1,
  cached: false,
}

test('an alert is told when it first reaches high, and not below', () => {
  assert.equal(why(alertOf('high'), []), 'new')
  assert.equal(why(alertOf('medium'), []), undefined)
  assert.equal(why(alertOf('high', { status: 'acknowledged' }), []), undefined)
  assert.equal(why(alertOf('high', { status: 'expected' }), []), undefined)
})

test('what was told is not told again while nothing changed', () => {
  assert.equal(why(alertOf('high'), [deliveryOf(alertOf('high'), ['dga'])]), undefined)
  assert.equal(
    why(alertOf('high', { seq: 99, confidence: 0.95 }), [deliveryOf(alertOf('high'), ['dga'])]),
    undefined,
  )
})

test('it is told again when it rises to high anew, or something certain joins', () => {
  const high = deliveryOf(alertOf('high'), ['dga'])
  const lowered = deliveryOf(alertOf('low'), ['dga'], new Date('2026-11-20T11:31:00Z'))
  assert.equal(why(alertOf('high'), [high, lowered]), 'again')
  assert.equal(why(alertOf('high'), [high], ['dga', 'threat-intel']), 'again')
  assert.equal(why(alertOf('high'), [high], ['dga', 'new-domain']), undefined)
  assert.equal(
    why(alertOf('high'), [deliveryOf(alertOf('high'), ['dga', 'threat-intel'])], ['threat-intel']),
    undefined,
  )
})

test('a verdict, a lower severity or an end completes what was told, once', () => {
  const high = deliveryOf(alertOf('high'), ['dga'])
  assert.equal(why(alertOf('high', { verdict }), [high]), 'completed')
  assert.equal(why(alertOf('low', { verdict }), [high]), 'completed')
  assert.equal(why(alertOf('high', { status: 'acknowledged' }), [high]), 'completed')
  const completed = deliveryOf(alertOf('low', { verdict }), ['dga'], new Date('2026-11-20T11:31:00Z'))
  assert.equal(why(alertOf('low', { verdict }), [high, completed]), undefined)
})

test('a verdict that came while it was being told completes it too', () => {
  const late = deliveryOf(alertOf('high'), ['dga'], new Date('2026-11-20T11:45:00Z'))
  assert.equal(why(alertOf('high', { verdict }), [late]), 'completed')
})

test('a muted alert is quiet until its time, and its end is still shown', () => {
  const mutedUntil = new Date('2026-11-20T13:00:00Z')
  assert.equal(why(alertOf('high', { mutedUntil }), []), undefined)
  assert.equal(why(alertOf('high', { mutedUntil: before }), []), 'new')
  assert.equal(
    why(alertOf('high', { mutedUntil, status: 'closed' }), [deliveryOf(alertOf('high'), ['dga'])]),
    'completed',
  )
})
