import assert from 'node:assert/strict'
import { test } from 'node:test'
import { healthWords } from '../../src/core/health.ts'
import { eventKinds } from '../../src/core/observation.ts'
import { fieldOf, textOf, valueOf } from '../../web/field.ts'
import { hashOf, routeOf } from '../../web/route.ts'
import { bytes, sentenceOf, sightKinds } from '../../web/sights.ts'
import type { HealthRow, LoopState } from '../../web/wire.ts'
import {
  ago,
  count,
  headline,
  isWanting,
  reasonOf,
  stateOf,
  judged,
  lasting,
  loopWords,
  spaced,
  sureness,
} from '../../web/words.ts'

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

test('the page and the terminal have the same words for how something is', () => {
  assert.deepEqual(loopWords, healthWords)
})

test('a source that runs and misses something is not well', () => {
  const row: HealthRow = {
    ...{ loop: 'collect/pihole-log', title: 'Pi-hole log', since: now.toISOString() },
    ...{ state: 'ok', count: 0, dropped: 0 },
  }
  const found = (ok: boolean) => [
    {
      plugin: 'pihole-log',
      kind: 'collectors',
      title: 'Pi-hole log',
      checks: [{ ok, message: 'no questions yet' }],
    },
  ]
  assert.equal(judged(row, found(true)), row)
  assert.equal(judged(row, []), row)
  const { state, reason } = judged(row, found(false))
  assert.deepEqual([state, reason], ['blocked', 'no questions yet'])
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
  const absent = { ...source('off'), reason: 'No log was found: name it' }
  const calm = headline('none', 0, [source('ok'), absent, source('off')])
  assert.equal(calm.title, 'All is calm', 'what nobody has set up is no trouble')
  assert.match(calm.sentence, /1 source watched, all well\.$/)
  const covered = { ...absent, coveredBy: 'Another log' }
  assert.deepEqual([source('ok'), absent, covered, source('off')].filter(isWanting), [absent])
  assert.deepEqual([stateOf(covered), reasonOf(covered)], ['Not needed', '“Another log” does the same here.'])
  assert.deepEqual([stateOf(absent), reasonOf(absent)], ['Not set up', absent.reason])
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

test('every kind of event is a sentence', () => {
  assert.deepEqual(Object.keys(sightKinds).toSorted(), eventKinds.toSorted())
  const base = { seq: 1, at: '2026-11-20T12:00:00Z', device: 'd-1' }
  const camera = {
    originator: '192.168.1.5',
    originatorPort: 50_000,
    responder: '2001:db8::1',
    responderPort: 443,
  }
  assert.equal(
    sentenceOf({
      ...base,
      kind: 'connection',
      ...camera,
      protocol: 'tcp',
      state: 'ended',
      bytesOut: 1_234_567,
      bytesIn: 800,
    }),
    '192.168.1.5:50000 → [2001:db8::1]:443, tcp, ended, 1.2 MB out, 800 B in',
  )
  assert.equal(
    sentenceOf({
      ...base,
      kind: 'auth-attempt',
      outcome: 'failure',
      user: 'root',
      service: 'sshd',
      host: 'nas',
      from: '192.168.1.9',
      times: 3,
    }),
    'failed to log in as root (sshd on nas) from 192.168.1.9, 3 times',
  )
  assert.equal(
    sentenceOf({ ...base, kind: 'service', port: 23, protocol: 'tcp', service: 'telnet' }),
    'port 23/tcp is open (telnet)',
  )
  for (const kind of eventKinds) assert.equal(sentenceOf({ ...base, kind }).length > 0, true)
})

test('bytes are said by thousands', () => {
  assert.deepEqual([0, 999, 1500, 12_345, 5e9].map(bytes), ['0 B', '999 B', '1.5 kB', '12 kB', '5 GB'])
})
