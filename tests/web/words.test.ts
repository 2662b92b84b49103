import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldOf, textOf, valueOf } from '../../web/field.ts'
import { hashOf, routeOf } from '../../web/route.ts'
import type { HealthRow, LoopState } from '../../web/wire.ts'
import { ago, count, headline, lasting, spaced, sureness } from '../../web/words.ts'

const now = new Date('2026-11-20T12:00:00Z')

test('times are said as people say them', () => {
  assert.equal(ago('2026-11-20T11:59:40Z', now), 'just now')
  assert.equal(ago('2026-11-20T11:55:00Z', now), '5 minutes ago')
  assert.equal(ago('2026-11-19T12:00:00Z', now), 'yesterday')
  assert.equal(ago('2026-11-27T12:00:00Z', now), 'next week')
  assert.equal(lasting('2026-11-20T09:00:00Z', now), '3 hours')
  assert.equal(lasting('2026-11-20T11:59:59Z', now), 'a moment')
})

test('amounts, names and certainty are words', () => {
  assert.equal(count(1, 'source'), '1 source')
  assert.equal(count(1204, 'source'), '1,204 sources')
  assert.equal(spaced('nxdomainShare'), 'nxdomain share')
  assert.equal(sureness(0.95), 'certain (95 %)')
  assert.equal(sureness(0.3), 'a hint (30 %)')
})

test('the headline never says that all is calm while a source is not well', () => {
  const source = (state: LoopState): HealthRow => ({
    loop: 'collect/pihole-log',
    title: 'Pi-hole log',
    state,
    since: now.toISOString(),
    count: 0,
    dropped: 0,
  })
  assert.equal(headline('none', 0, [source('ok')]).title, 'All is calm')
  assert.equal(headline('none', 0, [source('ok'), source('blocked')]).title, 'Quiet, but not all is watched')
  assert.match(headline('none', 0, [source('ok'), source('blocked')]).sentence, /^1 of 2 sources/)
  assert.equal(headline('none', 0, [source('off')]).tone, 'low')
  assert.match(headline('high', 2, [source('ok')]).sentence, /^2 open alerts\. 1 source watched/)
})

test('a hash leads to a page and back, whatever stands in it', () => {
  for (const id of ['a12', 'd/1', '<b>', '%', 'ä #?']) {
    const hash = hashOf('devices', id)
    assert.deepEqual(routeOf(hash), { page: 'devices', id })
  }
  for (const hash of ['', '#', '#/', '#/nothing', '#/__proto__'])
    assert.deepEqual(routeOf(hash), { page: 'home' })
  assert.deepEqual(routeOf('#/alerts/%E0%A4%A'), { page: 'alerts', id: '%E0%A4%A' })
})

test('a setting’s field follows from its schema, and gives back what was typed', () => {
  const choice = fieldOf({ schema: { type: 'string', enum: ['relaxed', 'strict'] } })
  assert.deepEqual(choice, { kind: 'choice', words: ['relaxed', 'strict'] })
  assert.equal(fieldOf({ schema: { type: 'string' }, isSet: false }).kind, 'secret')
  const number = fieldOf({ schema: { type: 'integer', minimum: 1, maximum: 9 } })
  assert.deepEqual(number, { kind: 'number', whole: true, min: 1, max: 9 })
  assert.equal(valueOf(number, '7'), 7)
  assert.equal(valueOf(number, ' '), null)
  const lines = fieldOf({ schema: { type: 'array', items: { type: 'string' } } })
  assert.equal(textOf(lines, ['a', 'b']), 'a\nb')
  assert.deepEqual(valueOf(lines, ' a \n\n b'), ['a', 'b'])
  const flag = fieldOf({ schema: { type: 'boolean' } })
  assert.equal(valueOf(flag, textOf(flag, true)), true)
  const json = fieldOf({ schema: { type: 'object' } })
  assert.deepEqual(valueOf(json, textOf(json, { a: [1] })), { a: [1] })
  assert.throws(() => valueOf(json, '{'), SyntaxError)
})
