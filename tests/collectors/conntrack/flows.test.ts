import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFlows } from '../../../src/collectors/conntrack/flows.ts'
import type { ConntrackEntry } from '../../../src/formats/conntrack.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second))
const wanted = { loopback: false, groups: false, dns: false }
const entry = (bytesOut: number | undefined, change: Partial<ConntrackEntry> = {}): ConntrackEntry => ({
  id: '7',
  protocol: 'tcp',
  originator: '192.168.1.5',
  originatorPort: 5000,
  responder: '203.0.113.9',
  responderPort: 443,
  answered: true,
  ...(bytesOut !== undefined && { bytesOut, bytesIn: 2 * bytesOut }),
  ...change,
})

test('what the rows of a connection count adds up to all of it', () => {
  const flows = makeFlows(wanted, { told: true })
  const rows = [
    flows.heard(entry(undefined, { event: 'new' }), at(0)),
    ...flows.looked([entry(100)], true, at(5)),
    ...flows.looked([entry(150)], true, at(305)),
    ...flows.looked([entry(190)], true, at(605)),
    flows.heard(entry(200, { event: 'destroy' }), at(700)),
  ]
  assert.deepEqual(
    rows.map((row) => [row?.state, row?.bytesOut, row?.bytesIn, row?.duration]),
    [
      ['begun', undefined, undefined, undefined],
      ['open', 150, 300, 305],
      ['open', 40, 80, 605],
      ['ended', 10, 20, 700],
    ],
  )
})

test('of what was there before us only what comes after counts', () => {
  const flows = makeFlows(wanted, { told: true })
  const rows = [
    ...flows.looked([entry(5000)], true, at(0)),
    ...flows.looked([entry(5300)], true, at(300)),
    flows.heard(entry(5301, { event: 'destroy' }), at(400)),
  ]
  assert.deepEqual(
    rows.map((row) => [row?.state, row?.bytesOut]),
    [
      ['open', undefined],
      ['open', 300],
      ['ended', 1],
    ],
  )
})

test('an end that nobody told of is seen when it is gone from the table, unless the table was cut', () => {
  const flows = makeFlows(wanted, { told: true })
  flows.looked([entry(1)], true, at(0))
  assert.deepEqual(flows.looked([], false, at(300)), [])
  assert.deepEqual(
    flows.looked([], true, at(600)).map(({ state }) => state),
    ['ended'],
  )
  assert.deepEqual(flows.looked([], true, at(900)), [])
})

test('one that begins while the table is read has not ended because it is not in it', () => {
  const flows = makeFlows(wanted, { told: true })
  flows.heard(entry(undefined, { event: 'new' }), at(0))
  assert.deepEqual(flows.looked([], true, at(0)), [])
  assert.equal(flows.heard(entry(9, { event: 'destroy' }), at(1))?.bytesOut, 9)
})

test('what is remembered of tables that were cut is bounded', () => {
  const flows = makeFlows(wanted, { told: false })
  const each = 40_000
  for (const first of [0, each])
    flows.looked(
      Array.from({ length: each }, (_, i) => entry(1, { id: String(first + i) })),
      false,
      at(0),
    )
  assert.equal(flows.looked([], true, at(10)).length, 65_536)
})

test('a table alone tells of begins and ends too', () => {
  const flows = makeFlows(wanted, { told: false })
  flows.looked([], true, at(0))
  const rows = [
    ...flows.looked([entry(10)], true, at(10)),
    ...flows.looked([entry(25)], true, at(20)),
    ...flows.looked([], true, at(30)),
  ]
  assert.deepEqual(
    rows.map((row) => [row.state, row.bytesOut]),
    [
      ['begun', undefined],
      ['open', 25],
      ['ended', 0],
    ],
  )
})

test('the machine’s own, everybody’s, and the name server’s are left out', () => {
  const flows = makeFlows(wanted, { told: true })
  for (const change of [
    { originator: '127.0.0.1', responder: '127.0.0.1' },
    { responder: '239.255.255.250' },
    { responder: '192.168.1.1', responderPort: 53 },
  ])
    assert.equal(flows.heard(entry(undefined, { event: 'new', id: '9', ...change }), at(0)), undefined)
  const outside = entry(undefined, { event: 'new', id: '9', responder: '203.0.113.53', responderPort: 53 })
  assert.notEqual(flows.heard(outside, at(0)), undefined, 'a name server on the internet is worth a look')
})
