import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '../../src/core/observation.ts'
import { answer, at, makeStore, presence, query } from './saving.ts'

const tv = '192.168.1.20'

function connection(second: number, flow: string, change: Partial<Connection> = {}): Connection {
  const ends = { originator: tv, originatorPort: 40_000, responder: '203.0.113.9', responderPort: 443 }
  return { kind: 'connection', at: at(second), flow, state: 'begun', protocol: 'tcp', ...ends, ...change }
}

async function peersOf(house: Awaited<ReturnType<typeof makeStore>>, address: string) {
  const device = house.store().devices.at(address)
  assert.ok(device)
  return house.store().events.reader.peers(house.window(), device.id)
}

void test('a connection carries the name that its device had asked for, at the head of the chain', async (t) => {
  const house = await makeStore(t)
  await house.save(
    query(-100, '192.168.1.99', 'others.example'),
    answer(-100, 'others.example', { answer: '203.0.113.9' }),
    query(0, tv, 'www.shop.example'),
    answer(0, 'www.shop.example', { answer: '<CNAME>' }),
    answer(0, 'edge.cdn.example', { answer: '<CNAME>' }),
    answer(0, 'e7.cdn.example', { answer: '203.0.113.9' }),
    connection(1, 'a'),
    connection(9, 'a', { state: 'ended', bytesOut: 500, bytesIn: 9000, answered: true }),
    connection(20, 'b', { responder: '203.0.113.10' }),
  )
  const rows = await peersOf(house, tv)
  assert.deepEqual(
    rows.map(({ peer, name, count, bytesOut, bytesIn, port }) => ({
      peer,
      name,
      count,
      bytesOut,
      bytesIn,
      port,
    })),
    [
      { peer: '203.0.113.9', name: 'www.shop.example', count: 1, bytesOut: 500, bytesIn: 9000, port: 443 },
      { peer: '203.0.113.10', name: undefined, count: 1, bytesOut: undefined, bytesIn: undefined, port: 443 },
    ],
  )
})

void test('an answer that is older than a day, or later than the connection, names nothing', async (t) => {
  const house = await makeStore(t)
  await house.save(
    query(-90_000, tv, 'old.example'),
    answer(-90_000, 'old.example', { answer: '203.0.113.9' }),
    connection(0, 'a'),
    query(60, tv, 'late.example'),
    answer(60, 'late.example', { answer: '203.0.113.9' }),
  )
  const [row] = await peersOf(house, tv)
  assert.equal(row?.name, undefined)
})

void test('it is the doing of who began it at home, else of who was reached; global addresses of devices are home', async (t) => {
  const house = await makeStore(t)
  const phone = '2001:db8:1::5'
  await house.save(
    presence(0, phone, '02:00:00:00:00:05', 'phone'),
    connection(1, 'a', { originator: phone, responder: '2001:db8:ffff::1' }),
    connection(2, 'b', { originator: '198.51.100.66', responder: tv, responderPort: 22 }),
  )
  const store = house.store()
  const rows = [...(await peersOf(house, phone)), ...(await peersOf(house, tv))]
  const of = (peer: string) => rows.find((row) => row.peer === peer)
  assert.equal(of('2001:db8:ffff::1')?.device, store.devices.at(phone)?.id)
  assert.equal(of('2001:db8:ffff::1')?.outward, true)
  assert.equal(of('198.51.100.66')?.device, store.devices.at(tv)?.id)
  assert.equal(of('198.51.100.66')?.outward, false)
  assert.equal(store.devices.at('198.51.100.66'), undefined, 'the internet is no device')
})

void test('uploads are learned by the hour', async (t) => {
  const house = await makeStore(t)
  for (let hour = 0; hour < 5; hour += 1)
    await house.save(
      connection(hour * 3600, `a${hour}`),
      connection(hour * 3600 + 60, `a${hour}`, { state: 'open', bytesOut: 600, bytesIn: 5 }),
      connection(hour * 3600 + 90, `a${hour}`, { state: 'ended', bytesOut: 400, bytesIn: 5 }),
      connection(hour * 3600 + 90, `n${hour}`, { responder: '192.168.1.10', state: 'ended', bytesOut: 9999 }),
    )
  const store = house.store()
  await store.baselines.learn(at(6 * 3600))
  const device = store.devices.at(tv)
  assert.ok(device)
  const usual = store.baselines.get(device.id, 'upload')
  assert.equal(usual?.mean, 1000)
  assert.equal(usual.unit, 'bytes/hour')
})
