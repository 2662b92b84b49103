import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Window } from '../../src/core/detector.ts'
import { thisMachine } from '../../src/core/device.ts'
import type { AuthAttempt } from '../../src/core/observation.ts'
import { at, withStore } from './judging.ts'

const loop = 'collect/auth-log'
const all: Window = { from: at(0), to: at(23), after: 0, through: Infinity, imported: true }

function attempt(minute: number, change: Partial<AuthAttempt> = {}): AuthAttempt {
  return {
    kind: 'auth-attempt',
    at: at(10, minute),
    outcome: 'failure',
    from: '192.168.1.44',
    user: 'root',
    service: 'sshd',
    host: 'server',
    ...change,
  }
}

describe('who tried to log in where', () => {
  it('is a row for each device, origin, machine and service', () =>
    withStore(async ({ store }) => {
      await store().events.save({
        loop,
        observations: [
          attempt(0),
          attempt(1, { times: 4 }),
          attempt(2, { user: 'pi', unknownUser: true }),
          attempt(3, { outcome: 'success', user: 'alice' }),
          attempt(4),
          attempt(5, { outcome: 'success', user: 'alice' }),
          attempt(6, { from: '203.0.113.9' }),
          attempt(7, { service: 'sudo', user: 'alice' }),
        ],
      })
      const rows = await store().events.reader.attempts(all)
      const camera = store().devices.at('192.168.1.44')
      assert.ok(camera)
      const [inside, outside, ...more] = rows.toSorted(
        (a, b) => b.failures - a.failures || (a.service < b.service ? -1 : 1),
      )
      assert.deepEqual(inside, {
        device: camera.id,
        from: '192.168.1.44',
        inside: true,
        host: 'server',
        service: 'sshd',
        failures: 7,
        keys: 0,
        users: 2,
        unknownUsers: 1,
        user: 'root',
        firstFailure: at(10, 0),
        lastFailure: at(10, 4),
        successes: 2,
        entered: { at: at(10, 3), user: 'alice', failures: 6 },
      })
      assert.equal(outside?.device, thisMachine)
      assert.equal(outside?.inside, false)
      assert.equal(outside?.entered, undefined)
      assert.deepEqual(
        more.map(({ service }) => service),
        ['sudo'],
      )
    }))

  it('is told of the window alone', () =>
    withStore(async ({ store }) => {
      await store().events.save({ loop, observations: [attempt(0), attempt(30)], imported: true })
      const failures = async (window: Partial<Window>) =>
        (await store().events.reader.attempts({ ...all, ...window })).map((row) => row.failures)
      assert.deepEqual(await failures({}), [2])
      assert.deepEqual(await failures({ from: at(10, 10) }), [1])
      assert.deepEqual(await failures({ imported: false }), [])
    }))

  it('on the machine itself has no origin', () =>
    withStore(async ({ store }) => {
      const { from: _, ...local } = attempt(0, { service: 'sudo' })
      await store().events.save({ loop, observations: [local] })
      const [row] = await store().events.reader.attempts(all)
      assert.deepEqual([row?.device, row?.from, row?.inside], [thisMachine, undefined, true])
    }))
})

describe('a login from a new place', () => {
  const success = (minute: number, from: string, change: Partial<AuthAttempt> = {}) =>
    attempt(minute, { outcome: 'success', user: 'alice', from, method: 'publickey', ...change })

  it('is one that this user never used for that machine', () =>
    withStore(async ({ store }) => {
      const { events } = store()
      await events.save({
        loop,
        observations: [success(0, '192.168.1.20'), success(1, '203.0.113.9'), success(2, '2001:db8:1:2::1')],
        imported: true,
      })
      const after = events.newest()
      await events.save({
        loop,
        observations: [
          success(10, '192.168.1.20'),
          success(11, '203.0.113.77'),
          success(12, '2001:db8:1:2:ffff::9'),
          success(13, '192.168.1.44'),
          success(14, '192.168.1.44'),
          success(15, '203.0.113.9', { user: 'bob' }),
          success(16, '192.168.1.20', { host: 'nas' }),
          success(17, '198.51.100.1', { outcome: 'failure' }),
        ],
      })
      const rows = await events.reader.newOrigins({ ...all, after, imported: false })
      assert.deepEqual(
        rows.map(({ at, user, from, host, places, inside }) => [at, user, from, host, places, inside]),
        [
          [at(10, 13), 'alice', '192.168.1.44', 'server', 3, true],
          [at(10, 15), 'bob', '203.0.113.9', 'server', 0, false],
          [at(10, 16), 'alice', '192.168.1.20', 'nas', 0, true],
        ],
      )
      assert.deepEqual(rows[0]?.since, at(10, 0))
      assert.deepEqual(await events.reader.newOrigins({ ...all, after: events.newest() }), [])
    }))
})
