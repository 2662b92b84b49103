import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thisMachine } from '../../src/core/device.ts'
import type { Connection, Service } from '../../src/core/observation.ts'
import { at, makeStore, query } from './saving.ts'

const tv = '192.168.1.40'

function connection(second: number, flow: string, state: Connection['state']): Connection {
  return {
    ...{ kind: 'connection', at: at(second), flow, state, protocol: 'tcp' },
    ...{ originator: tv, responder: '203.0.113.9', responderPort: 443 },
  }
}

function service(second: number, port: number, address = tv): Service {
  return { kind: 'service', at: at(second), address, protocol: 'tcp', port }
}

test('a window’s connections and queries are counted once, by device', async (t) => {
  const { save, store, window } = await makeStore(t)
  await save(query(-5, tv, 'before.example'))
  const after = store().events.newest()
  await save(
    connection(10, 'a', 'begun'),
    connection(20, 'a', 'ended'),
    connection(20, 'b', 'begun'),
    query(30, tv, 'a.example'),
    query(31, undefined, 'b.example'),
    query(32, tv, 'c.example'),
  )
  const counts = await store().events.counts(window({ after }))
  const device = store().devices.at(tv)?.id
  assert.deepEqual(counts.connections, [{ device, count: 2 }])
  assert.deepEqual(counts.queries, [
    { device, count: 2 },
    { device: thisMachine, count: 1 },
  ])
})

test('a port is new that an earlier look at its device did not find; the first look finds none', async (t) => {
  const { save, store, window } = await makeStore(t)
  const nas = '192.168.1.41'
  await save(service(-3600, 22))
  const after = store().events.newest()
  await save(service(10, 22), service(10, 23), service(11, 80, nas))
  const { newPorts } = await store().events.counts(window({ after }))
  assert.deepEqual(newPorts, [{ device: store().devices.at(tv)?.id, port: 'tcp/23' }])
})

test('a device’s sources are those that collected something about it', async (t) => {
  const { save, store } = await makeStore(t)
  await save(query(10, tv, 'a.example'))
  const device = store().devices.at(tv)?.id ?? assert.fail('no device')
  assert.deepEqual(await store().events.sources(device, at(0), at(60)), ['collect/pihole-log'])
  assert.deepEqual(await store().events.sources(device, at(20), at(60)), [])
})
