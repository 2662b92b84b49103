import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import type { Indicator } from '../../src/core/indicator.ts'
import type { Connection } from '../../src/core/observation.ts'
import { at, makeStore, presence } from './saving.ts'

const tv = '192.168.1.20'
const outside = '203.0.113.1'
const bad = '198.51.100.77'

function connection(second: number, change: Partial<Connection>): Connection {
  const ends = { originator: tv, originatorPort: 40_000, responder: bad, responderPort: 443 }
  const flow = `${second}`
  return { kind: 'connection', at: at(second), flow, state: 'begun', protocol: 'tcp', ...ends, ...change }
}

async function* list(...values: string[]): AsyncIterable<Indicator[]> {
  yield values.map((value) => ({
    type: value.includes('/') ? 'network' : 'address',
    value,
    list: 'bad',
  }))
}

async function met(house: Awaited<ReturnType<typeof makeStore>>) {
  const rows = await house.store().events.reader.listedPeers(house.window())
  return rows.map(({ device, peer, own, outward, answered, count }) => ({
    device,
    peer,
    ...(own !== undefined && { own }),
    outward,
    answered,
    count,
  }))
}

void test('both ways are told apart, and a device that was two is one', async (t) => {
  const house = await makeStore(t)
  const { indicators, devices } = house.store()
  await indicators.replace('bad', list('198.51.100.0/24'))
  await house.save(
    connection(1, {}),
    connection(2, { originator: '192.168.1.21' }),
    connection(3, { state: 'ended', answered: true }),
    connection(4, { originator: bad, responder: tv }),
    connection(5, { responder: '203.0.113.80' }),
    presence(6, tv, '02:00:00:00:00:05'),
    presence(6, '192.168.1.21', '02:00:00:00:00:05'),
  )
  const device = devices.at(tv)?.id
  assert.deepEqual(await met(house), [
    { device, peer: bad, outward: true, answered: true, count: 3 },
    { device, peer: bad, outward: false, answered: undefined, count: 1 },
  ])
})

void test('what is at home is never met, whatever a list holds', async (t) => {
  const house = await makeStore(t)
  const { indicators } = house.store()
  const global = '2001:db8:1::5'
  await indicators.replace('bad', list('192.168.0.0/16', '100.64.0.0/10', global, outside, 'ff00::/8'))
  await house.save(
    { kind: 'presence', at: at(0), address: global, mac: '02:00:00:00:00:05', via: 'neighbour' },
    connection(1, { responder: '192.168.1.9' }),
    connection(2, { responder: '100.100.1.1' }),
    connection(3, { originator: 'fd00::1', responder: global }),
    connection(4, { originator: 'fd00::1', responder: 'ff02::fb' }),
  )
  assert.deepEqual(await met(house), [])
})

void test('of a router, whose outside is no device, both ends are looked at, but its own', async (t) => {
  const house = await makeStore(t)
  await house.store().indicators.replace('bad', list(bad, outside))
  const others = ['203.0.113.50', '203.0.113.51', '203.0.113.52', '203.0.113.53']
  await house.save(
    connection(1, { originator: outside, responder: bad }),
    connection(2, { originator: bad, responder: outside, responderPort: 22 }),
    connection(3, { responder: outside }),
    ...others.map((other, index) => connection(4 + index, { originator: outside, responder: other })),
  )
  const same = { device: thisMachine, peer: bad, own: outside, answered: undefined, count: 1 }
  assert.deepEqual(await met(house), [
    { ...same, outward: true },
    { ...same, outward: false },
  ])
})

void test('a machine that is not known is named by its address', async (t) => {
  const house = await makeStore(t)
  await house.store().indicators.replace('bad', list('2001:db8:bad::/48'))
  const [own, peer] = ['2001:db8:1::5', '2001:db8:bad::9']
  await house.save(connection(1, { originator: own, responder: peer }))
  assert.deepEqual(await met(house), [
    { device: thisMachine, peer, own, outward: true, answered: undefined, count: 1 },
  ])
})

void test('a list that comes later holds for connections that were looked at before', async (t) => {
  const house = await makeStore(t)
  await house.save(connection(1, {}))
  assert.equal((await met(house)).length, 0)
  await house.store().indicators.replace('bad', list(bad))
  assert.equal((await met(house)).length, 1)
})
