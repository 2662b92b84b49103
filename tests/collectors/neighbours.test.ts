import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import neighbours, { toPoll } from '../../src/collectors/neighbours.ts'
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
})
