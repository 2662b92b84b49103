import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthAttempt, Connection, Observation, Reading } from '../../src/core/observation.ts'
import { longestRound } from '../../src/core/situation.ts'
import { at, makeStore } from './saving.ts'

const hour = 3600
const midnight = at(-12 * hour)
const now = at(0)

function attempt(second: number, change: Partial<AuthAttempt> = {}): AuthAttempt {
  const tried = { outcome: 'failure', user: 'root', service: 'sshd', from: '192.168.1.9' } as const
  return { kind: 'auth-attempt', at: at(second), ...tried, ...change }
}

function connection(second: number, flow: string, state: Connection['state']): Connection {
  const ends = { originator: '192.168.1.5', responder: '192.0.2.1' }
  return { kind: 'connection', at: at(second), flow, state, protocol: 'tcp', ...ends }
}

function ping(second: number, sensor: string, quantity: 'rtt' | 'loss', value: number): Reading {
  const unit = quantity === 'rtt' ? 'ms' : '%'
  return { kind: 'reading', at: at(second), quantity, sensor, value, unit }
}

void test('where nothing tells, nothing is known', async (t) => {
  const store = (await makeStore(t)).store()
  assert.deepEqual(await store.events.situation(midnight, now), { links: [] })
})

void test('how things stand is counted from what was seen', async (t) => {
  const house = await makeStore(t)
  const seen: Observation[] = [
    attempt(-13 * hour),
    attempt(-60),
    attempt(-50, { times: 5 }),
    attempt(-40, { outcome: 'success', user: 'kim', host: 'nas' }),
    attempt(-30, { outcome: 'success', user: 'root', service: 'sudo' }),
    connection(-2000, 'old', 'begun'),
    // As rarely as connections may be looked at, and missed once.
    connection(-2 * longestRound + 1, 'long', 'open'),
    connection(-600, 'a', 'begun'),
    connection(-500, 'a', 'ended'),
    connection(-400, 'b', 'begun'),
    connection(-100, 'b', 'open'),
    ping(-120, 'gateway', 'rtt', 1),
    ping(-60, 'gateway', 'rtt', 2),
    ping(-60, 'gateway', 'loss', 20),
    ping(-120, 'one.example', 'rtt', 9),
    ping(-60, 'one.example', 'loss', 100),
    { kind: 'service', at: at(-90_000), address: '192.168.1.5', protocol: 'tcp', port: 21 },
    { kind: 'host-scan', at: at(-90_000), address: '192.168.1.5', state: 'up', ports: '1-100', open: 1 },
    { kind: 'service', at: at(-300), address: '192.168.1.5', protocol: 'tcp', port: 22 },
    { kind: 'service', at: at(-300), address: '192.168.1.5', protocol: 'tcp', port: 80 },
    { kind: 'host-scan', at: at(-300), address: '192.168.1.5', state: 'up', ports: '1-100', open: 2 },
    { kind: 'host-scan', at: at(-10), address: '192.168.1.6', state: 'up' },
    { kind: 'process', at: at(-300), name: 'ollama', state: 'running', reason: 'before' },
    { kind: 'process', at: at(-100), name: 'ollama', state: 'missing' },
    { kind: 'process', at: at(-100), name: 'sshd', state: 'running' },
    { kind: 'container', at: at(-100), name: 'web', state: 'stopped', reason: 'Exited (1)' },
  ]
  await house.save(...seen)
  assert.deepEqual(await house.store().events.situation(midnight, now), {
    failedLoginsToday: 6,
    lastLogin: { at: at(-40), user: 'kim', service: 'sshd', from: '192.168.1.9', host: 'nas' },
    links: [
      { target: 'gateway', rtt: 2, loss: 20, at: at(-60) },
      { target: 'one.example', loss: 100, at: at(-60) },
    ],
    connections: 2,
    openPorts: 2,
    lastScan: at(-10),
    processes: [{ name: 'ollama', state: 'missing' }],
    containers: [{ name: 'web', state: 'stopped', reason: 'Exited (1)' }],
  })
})
