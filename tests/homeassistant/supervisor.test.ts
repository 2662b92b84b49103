import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { apps, broker, selfInfo } from '../../src/homeassistant/supervisor.ts'
import { startHomeDouble } from './home-double.ts'

test('the broker as the Supervisor tells it, by the exact path and header', async (t) => {
  const double = await startHomeDouble({ token: 'supervisor-token' })
  t.after(() => double.close())
  const access = { token: 'supervisor-token', address: double.address }
  const stop = AbortSignal.timeout(5000)
  const data = {
    addon: 'core_mosquitto',
    host: 'core-mosquitto',
    port: 1883,
    ssl: false,
    username: 'addons',
    password: 'secret',
    protocol: '3.1.1',
  }
  double.behave({ mqtt: { status: 200, data } })
  const { host, port, ssl, username, password } = data
  assert.deepEqual(await broker(access, stop), { host, port, ssl, username, password })
  assert.deepEqual(double.asked, [{ path: '/services/mqtt', authorization: 'Bearer supervisor-token' }])
  double.behave({ mqtt: { status: 200, data: { host, port, ssl: true, username: null } } })
  assert.deepEqual(await broker(access, stop), { host, port, ssl: true })
})

test('no broker, no right, no such service: none; a Supervisor in trouble: try again', async (t) => {
  const double = await startHomeDouble({ token: 'supervisor-token' })
  t.after(() => double.close())
  const access = { token: 'supervisor-token', address: double.address }
  const stop = AbortSignal.timeout(5000)
  for (const status of [400, 403, 404]) {
    double.behave({ mqtt: { status } })
    assert.equal(await broker(access, stop), undefined)
  }
  double.behave({ mqtt: { status: 502 } })
  await assert.rejects(broker(access, stop), UnavailableError)
  await double.die()
  await assert.rejects(broker(access, stop), UnavailableError)
})

test('what the Supervisor says about this app', async (t) => {
  const double = await startHomeDouble({ token: 'supervisor-token' })
  t.after(() => double.close())
  const access = { token: 'supervisor-token', address: double.address }
  const stop = AbortSignal.timeout(5000)
  await assert.rejects(selfInfo(access, stop), UnavailableError)
  double.behave({
    selfInfo: {
      slug: '0123abcd_hearthwarden',
      ip_address: '172.30.32.1',
      ingress_port: 62_001,
      ingress_entry: '/api/hassio_ingress/x',
      options: {},
    },
  })
  assert.deepEqual(await selfInfo(access, stop), {
    slug: '0123abcd_hearthwarden',
    ipAddress: '172.30.32.1',
    ingressPort: 62_001,
    ingressEntry: '/api/hassio_ingress/x',
  })
  assert.equal(double.asked.at(-1)?.path, '/addons/self/info')
})

test('the apps, by what the least role may ask for, else by the list of them; neither: nothing is known', async (t) => {
  const double = await startHomeDouble({ token: 'supervisor-token' })
  t.after(() => double.close())
  const access = { token: 'supervisor-token', address: double.address }
  const stop = AbortSignal.timeout(5000)
  assert.equal(await apps(access, stop), undefined)
  const addons = [{ slug: 'core_mosquitto', state: 'started' }]
  double.behave({ apps: { list: { addons } } })
  assert.deepEqual(await apps(access, stop), addons)
  double.behave({
    apps: { info: { version: '2026.11.1', addons: [{ ...addons[0], name: 'Mosquitto broker' }] } },
  })
  assert.deepEqual(await apps(access, stop), addons)
  assert.equal(double.asked.at(-1)?.path, '/supervisor/info')
})
