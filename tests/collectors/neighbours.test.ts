import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import neighbours, { toPoll } from '../../src/collectors/neighbours.ts'
import { makeNetwork, withoutNetworks } from '../network.ts'
import { atOnce, makeStore } from '../store/saving.ts'
import { collect, contextOf } from './collecting.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const later = (minutes: number) => new Date(noon.getTime() + minutes * 60_000)
const phone = { address: '192.168.1.5', mac: '02:42:c0:a8:32:05', isFresh: true }
const tv = { address: '192.168.1.6', mac: '02:42:c0:a8:32:06', isFresh: false }

describe('neighbours', () => {
  it('are told when they come, and hourly while they answer', () => {
    const first = toPoll([phone, tv], {}, noon)
    assert.deepEqual(first.observations, [
      { kind: 'presence', at: noon, address: phone.address, mac: phone.mac, via: 'neighbour' },
      { kind: 'presence', at: noon, address: tv.address, mac: tv.mac, via: 'neighbour' },
    ])
    const second = toPoll([phone, tv], first.cursor, later(59))
    assert.deepEqual(second.observations, [])
    const third = toPoll([phone, tv], second.cursor, later(60))
    assert.deepEqual(
      third.observations.map(({ address }) => address),
      [phone.address],
    )
  })

  it('are told when they come back or have another address', () => {
    const first = toPoll([phone], {}, noon)
    const away = toPoll([], first.cursor, later(1))
    assert.equal(toPoll([phone], away.cursor, later(2)).observations.length, 1)
    assert.equal(
      toPoll([{ ...phone, address: '192.168.1.7' }], first.cursor, later(1)).observations.length,
      1,
    )
    assert.equal(toPoll([{ ...phone, mac: tv.mac }], first.cursor, later(1)).observations.length, 1)
  })

  it('are those of this machine', async () => {
    const { observations, cursor } = await collect(neighbours, { options: { every: 30 } })
    assert.equal(observations.length, Object.keys(cursor ?? {}).length)
    const [check] = await neighbours.check(contextOf({ every: 30 }))
    assert.match(check?.message ?? '', /neighbour/)
  })

  it('with IPv4 and IPv6 are one device', { skip: withoutNetworks() }, async (t) => {
    const house = await makeStore(t)
    const home = { laptop: '192.168.77.21', tablet: '192.168.77.22' }
    await using network = await makeNetwork({ home, accounting: false })
    const mac = '3c:22:fb:00:00:01'
    await network.run('laptop', 'ip', 'link', 'set', 'eth0', 'address', mac)
    for (const address of ['192.168.77.21', '2001:db8:77::21', '192.168.77.22'])
      await network.run('router', 'ping', '-c', '1', '-W', '5', address)
    const path = process.env['PATH'] ?? ''
    t.after(() => (process.env['PATH'] = path))
    process.env['PATH'] = `${await network.pathTo('router', ['ip'])}:${path}`
    const { observations } = await collect(neighbours, { options: { every: 30 }, now: noon })
    await atOnce(house.store(), { loop: 'collect/neighbours', observations })
    const { devices } = await house.reopen()
    const laptop = devices.at('192.168.77.21')
    assert.equal(laptop?.id, devices.at('2001:db8:77::21')?.id)
    assert.notEqual(laptop?.id, devices.at('192.168.77.22')?.id)
    assert.deepEqual(laptop?.macs, [mac])
    assert.equal(laptop.vendor, 'Apple')
    assert.deepEqual(laptop.sources, [{ name: 'neighbours', lastSeen: noon }])
  })
})
