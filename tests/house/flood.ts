import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import timers from 'node:timers/promises'
import { type Daemon, makeFolder, startDaemon, until } from '../daemon.ts'
import { machinesOf } from '../network.ts'
import { alertOf, home, isWell } from './house.ts'
import { asStarted, mean, megabytesOf } from './memory.ts'

/** Run on the router of a network that the process with this number has made. `FIRE=60` for a minute of the load. */
const machines = machinesOf(Number(process.env['HOUSE_PID']))
const seconds = Number(process.env['FIRE'] ?? 20)
/** Ten times what a home is expected to do, in each tenth of a second. */
const load = 50
/** Seconds before memory is looked at: buffers fill up to their bounds. */
const warm = 10
/** Megabytes by which memory may be larger at the end than at the beginning. */
const slack = 40
/** Megabytes that it may hold at most, whatever comes. */
const most = 400
/** Milliseconds for the page to answer. */
const patience = 2000
const total = (warm + seconds) * 10 * load

/** Takes each connection and ends it. */
const server = `require('node:net').createServer((one) => one.on('error', () => {}).end()).listen(80, '203.0.113.80')`
/** Makes so many connections in each tenth of a second, until there were enough; says so when all have ended. */
const client = `let made = 0, ended = 0
const { connect } = require('node:net')
const timer = setInterval(() => {
  for (let left = ${load}; left > 0; left -= 1, made += 1)
    connect(80, '203.0.113.80').on('error', () => {}).on('close', () => (ended += 1) === ${total} && process.exit()).resume()
  if (made >= ${total}) clearInterval(timer)
}, 100)`

let daemon: Daemon
const ends: (() => Promise<void>)[] = []

before(async () => {
  const folder = await makeFolder({ after: (end) => ends.push(end) })
  // The kernel forgets what has ended within seconds.
  for (const state of ['time_wait', 'close', 'last_ack', 'close_wait'])
    await machines.run('router', 'sysctl', '-qw', `net.netfilter.nf_conntrack_tcp_timeout_${state}=1`)
  machines.start('server', process.execPath, '-e', server)
  await until(
    async () => ((await machines.run('server', 'ss', '-ltn')).includes(':80 ') ? true : undefined),
    { seconds: 10, what: () => 'the server' },
  )
  const off = ['temperature', 'neighbours', 'dhcp-leases', 'processes', 'containers', 'auth-log', 'syslog']
  daemon = await startDaemon(
    folder,
    {
      house: { learning: 'off' },
      triage: { enabled: false },
      collectors: {
        conntrack: { open: 10 },
        ...Object.fromEntries(
          [...off, 'auth-journal', 'syslog-journal', 'ping'].map((name) => [name, { enabled: false }]),
        ),
      },
    },
    asStarted,
  )
  await isWell(daemon, 'collect/conntrack')
  // The program needs a moment before it hears anything.
  await until(
    async () => {
      await machines.run('tv', 'ping', '-c', '1', '-W', '1', '203.0.113.80')
      return (await rows()) > 0 ? true : undefined
    },
    { seconds: 20, what: () => `a connection: ${daemon.output()}` },
  )
})
after(async () => {
  await daemon?.kill()
  for (const child of machines.running) child.kill('SIGKILL')
  for (const end of ends) await end()
})

async function rows(): Promise<number> {
  const { kinds } = await daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
  return kinds.find(({ kind }) => kind === 'connection')?.rows ?? 0
}

interface Health {
  readonly loop: string
  readonly state: string
  readonly reason?: string
  readonly dropped: number
}

async function health(): Promise<Health> {
  const { state } = await daemon.get<{ state: { health: Health[] } }>('/api/status')
  const row = state.health.find(({ loop }) => loop === 'collect/conntrack')
  assert.ok(row)
  return row
}

/** Milliseconds that the page takes. */
async function page(): Promise<number> {
  const began = performance.now()
  await Promise.all([
    daemon.get('/api/status'),
    daemon.get('/api/alerts'),
    fetch(`${daemon.address}/`).then((answer) => answer.text()),
  ])
  return performance.now() - began
}

test(`${seconds} s of ten times the connections of a home: memory is flat, each is stored or counted`, async (t) => {
  const before = await rows()
  const flood = machines.start('phone', process.execPath, '-e', client)
  const memory: number[] = []
  let slowest = 0
  for (let second = 0; flood.exitCode === null && second < warm + seconds + 30; second += 1) {
    if (second >= warm) memory.push(await megabytesOf(daemon.process.pid))
    slowest = Math.max(slowest, await page())
    await timers.setTimeout(1000)
  }
  assert.equal(flood.exitCode, 0, 'all connections were made')
  await until(
    async () => ((await rows()) - before + (await health()).dropped >= 2 * total ? true : undefined),
    { seconds: 90, what: () => `${2 * total} rows or losses: ${daemon.output()}` },
  )
  const quarter = Math.floor(memory.length / 4)
  const [first, last] = [mean(memory.slice(0, quarter)), mean(memory.slice(-quarter))]
  t.diagnostic(
    `${total} connections, ${(await rows()) - before} rows, ${(await health()).dropped} losses; memory ${first.toFixed()} MB, then ${last.toFixed()} MB; the page in ${slowest.toFixed()} ms`,
  )
  assert.ok(last <= first + slack, `${memory.join()} MB`)
  assert.ok(slowest < patience, `the page answered in ${slowest} ms`)
})

test('more than the kernel can tell: it is counted and said, and what comes after is seen', async (t) => {
  const scan = [
    '-sS',
    '-Pn',
    '-n',
    '--max-retries',
    '0',
    '--min-rate',
    '30000',
    '-p',
    '1-65535',
    '203.0.113.80',
  ]
  let largest = 0
  let slowest = 0
  await until(
    async () => {
      await Promise.all((['tv', 'camera'] as const).map((machine) => machines.run(machine, 'nmap', ...scan)))
      largest = Math.max(largest, await megabytesOf(daemon.process.pid))
      slowest = Math.max(slowest, await page())
      return (await health()).dropped > 0 ? true : undefined
    },
    { seconds: 60, what: () => `losses: ${daemon.output()}` },
  )
  const { state, reason = '' } = await health()
  assert.equal(state, 'ok')
  assert.match(reason, /^More .*(could be read|could be stored)/)
  assert.equal(daemon.output().split(reason).length - 1, 1, 'the log says it once')
  const { alert } = await alertOf(daemon, home.tv, 'port-scan')
  assert.equal(alert.severity, 'high')
  await until(
    async () => {
      await machines.run('laptop', 'ping', '-c', '1', '-W', '1', '203.0.113.80')
      const found = await daemon.post<unknown[]>('/api/events/search', {
        kinds: ['connection'],
        text: home.laptop,
        limit: 10,
      })
      return found.length > 0 ? true : undefined
    },
    { seconds: 60, what: () => `a connection after the flood: ${daemon.output()}` },
  )
  largest = Math.max(largest, await megabytesOf(daemon.process.pid))
  assert.ok(largest < most, `${largest} MB`)
  assert.ok(slowest < patience, `the page answered in ${slowest} ms`)
  t.diagnostic(
    `${(await health()).dropped} losses; memory at most ${largest.toFixed()} MB; the page in ${slowest.toFixed()} ms`,
  )
})
