import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Flows, makeFlows } from '../../../src/collectors/conntrack/flows.ts'
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

/** A whole look at a table of these. */
function looked(flows: Flows, entries: readonly ConntrackEntry[], whole: boolean, now: Date) {
  const sight = flows.look(now)
  return [...entries.flatMap((one) => sight.saw(one) ?? []), ...sight.end(whole)]
}

test('what the rows of a connection count adds up to all of it', () => {
  const flows = makeFlows(wanted, { told: true })
  const rows = [
    flows.heard(entry(undefined, { event: 'new' }), at(0)),
    ...looked(flows, [entry(100)], true, at(5)),
    ...looked(flows, [entry(150)], true, at(305)),
    ...looked(flows, [entry(190)], true, at(605)),
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
    ...looked(flows, [entry(5000)], true, at(0)),
    ...looked(flows, [entry(5300)], true, at(300)),
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
  looked(flows, [entry(1)], true, at(0))
  assert.deepEqual(looked(flows, [], false, at(300)), [])
  assert.deepEqual(
    looked(flows, [], true, at(600)).map(({ state }) => state),
    ['ended'],
  )
  assert.deepEqual(looked(flows, [], true, at(900)), [])
})

test('one that begins while the table is read has not ended because it is not in it', () => {
  const flows = makeFlows(wanted, { told: true })
  flows.heard(entry(undefined, { event: 'new' }), at(0))
  assert.deepEqual(looked(flows, [], true, at(0)), [])
  assert.equal(flows.heard(entry(9, { event: 'destroy' }), at(1))?.bytesOut, 9)
})

test('one that ends while the table is read has ended once, whether it was read before or after', () => {
  for (const isReadBefore of [true, false]) {
    const flows = makeFlows(wanted, { told: true })
    looked(flows, [entry(1)], true, at(0))
    const sight = flows.look(at(300))
    if (isReadBefore) sight.saw(entry(2))
    assert.equal(flows.heard(entry(3, { event: 'destroy' }), at(300))?.state, 'ended')
    if (!isReadBefore) assert.equal(sight.saw(entry(2)), undefined)
    assert.deepEqual(sight.end(true), [])
    assert.deepEqual(looked(flows, [], true, at(600)), [])
  }
})

test('what is remembered of tables that were cut is bounded', () => {
  const flows = makeFlows(wanted, { told: false })
  const each = 40_000
  for (const first of [0, each])
    looked(
      flows,
      Array.from({ length: each }, (_, i) => entry(1, { id: String(first + i) })),
      false,
      at(0),
    )
  assert.equal(looked(flows, [], true, at(10)).length, 65_536)
})

test('a table alone tells of begins and ends too', () => {
  const flows = makeFlows(wanted, { told: false })
  looked(flows, [], true, at(0))
  const rows = [
    ...looked(flows, [entry(10)], true, at(10)),
    ...looked(flows, [entry(25)], true, at(20)),
    ...looked(flows, [], true, at(30)),
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
