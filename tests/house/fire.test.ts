import assert from 'node:assert/strict'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { test } from 'node:test'
import { makeFolder, startDaemon, until } from '../daemon.ts'
import { asStarted, mean, megabytesOf } from './memory.ts'

/** Ten times what a home is expected to do, on each source at once. `FIRE=60` for a minute of it. */

const seconds = Number(process.env['FIRE'] ?? 20)
/** In each tenth of a second: questions to the name server, connections, lines of the system log. */
const load = { queries: 100, connections: 50, lines: 10 }
/** Seconds before memory is looked at: buffers fill up to their bounds. */
const warm = 10
const turns = (warm + seconds) * 10
/** Megabytes by which memory may be larger at the end than at the beginning. */
const slack = 40
/** Milliseconds for the page to answer. */
const patience = 2000
const addressOf = (number: number) => `192.168.77.${20 + (number % 100)}`
const programs = ['kernel', 'netifd', 'hostapd', 'cron'] as const

/** Tells of so many connections that begin and end, as `conntrack -E` does; lists none. */
const conntrack = `#!${process.execPath}
if (process.argv[2] !== '-E') process.exit(0)
let number = 0
const timer = setInterval(() => {
  let text = ''
  for (let left = ${load.connections}; left > 0; left -= 1) {
    const at = '[' + (Date.now() / 1000).toFixed(6) + ']'
    const [from, to] = ['192.168.77.' + (20 + number % 100), '203.0.113.' + (1 + number % 200)]
    const ports = [20000 + number % 40000, [443, 80, 8883][number % 3]]
    const way = 'src=' + from + ' dst=' + to + ' sport=' + ports[0] + ' dport=' + ports[1]
    const back = 'src=' + to + ' dst=203.0.113.2 sport=' + ports[1] + ' dport=' + ports[0]
    const id = 'id=' + (1000000 + number)
    text += at + '\\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT ' + way + ' [UNREPLIED] ' + back + ' ' + id + '\\n'
    text += at + '\\t[DESTROY] ipv4     2 tcp      6 ' + way + ' packets=9 bytes=1200 ' + back + ' packets=8 bytes=9000 [ASSURED] ' + id + '\\n'
    number += 1
  }
  process.stdout.write(text)
  if (number >= ${turns * load.connections}) clearInterval(timer), setInterval(() => {}, 60000)
}, 100)
`

test(
  `${seconds} s of ten times the load: memory is flat, all is stored or counted, the page answers`,
  {
    timeout: (warm + seconds + 120) * 1000,
  },
  async (t) => {
    const folder = await makeFolder(t)
    const [dns, log, path] = ['dnsmasq.log', 'syslog.log', 'path'].map((name) => join(folder, name))
    assert.ok(dns !== undefined && log !== undefined && path !== undefined)
    await mkdir(path)
    await writeFile(join(path, 'conntrack'), conntrack, { mode: 0o755 })
    await Promise.all([writeFile(dns, ''), writeFile(log, '')])
    const daemon = await startDaemon(
      folder,
      {
        house: { learning: 'off' },
        triage: { enabled: false },
        collectors: {
          'pihole-log': { file: dns },
          syslog: { file: log },
          conntrack: {},
          ...Object.fromEntries(
            ['auth-log', 'ping', 'temperature', 'neighbours', 'dhcp-leases', 'processes', 'containers'].map(
              (name) => [name, { enabled: false }],
            ),
          ),
          ...{ 'syslog-journal': { enabled: false }, 'auth-journal': { enabled: false } },
        },
      },
      { ...asStarted, PATH: `${path}:${process.env['PATH']}` },
    )
    t.after(() => daemon.kill())

    const memory: number[] = []
    let slowest = 0
    for (let turn = 0; turn < turns; turn += 1) {
      const began = performance.now()
      await Promise.all([appendFile(dns, queriesOf(turn)), appendFile(log, linesOf(turn))])
      if (turn % 10 === 9) {
        if (turn >= warm * 10) memory.push(await megabytesOf(daemon.process.pid))
        const asked = performance.now()
        await Promise.all([daemon.get('/api/status'), daemon.get('/api/alerts'), page(daemon.address)])
        slowest = Math.max(slowest, performance.now() - asked)
      }
      await timers.setTimeout(Math.max(0, 100 - (performance.now() - began)))
    }

    const written = {
      'dns-query': turns * load.queries,
      connection: 2 * turns * load.connections,
      'log-line': turns * load.lines,
    }
    const reached = async () => {
      const { kinds } = await daemon.get<{ kinds: { kind: string; rows: number }[] }>('/api/stats')
      const { state } = await daemon.get<Status>('/api/status')
      const dropped = state.health.find(({ loop }) => loop === 'collect/conntrack')?.dropped ?? 0
      const rows = (kind: string) => kinds.find((one) => one.kind === kind)?.rows ?? 0
      return {
        'dns-query': rows('dns-query'),
        connection: rows('connection') + dropped,
        'log-line': rows('log-line'),
        dropped,
      }
    }
    await until(
      async () => {
        const found = await reached()
        return Object.entries(written).every(([kind, count]) => Object(found)[kind] >= count)
          ? true
          : undefined
      },
      { seconds: 60, what: () => `all of ${JSON.stringify(written)}: ${daemon.output()}` },
    )
    const { dropped, ...found } = await reached()
    assert.deepEqual(found, written, 'nothing twice')
    const quarter = Math.floor(memory.length / 4)
    const [first, last] = [mean(memory.slice(0, quarter)), mean(memory.slice(-quarter))]
    t.diagnostic(
      `memory ${first.toFixed()} MB, then ${last.toFixed()} MB (${memory.map((one) => one.toFixed()).join()}); ${dropped} dropped; the page in ${slowest.toFixed()} ms`,
    )
    assert.ok(last <= first + slack, `${memory.join()} MB`)
    assert.ok(slowest < patience, `the page answered in ${slowest} ms`)
    const { code, milliseconds } = await daemon.stop()
    assert.equal(code, 0)
    assert.ok(milliseconds < 5000, `ended in ${milliseconds} ms`)
  },
)

interface Status {
  readonly state: { readonly health: readonly { loop: string; dropped: number }[] }
}

function queriesOf(turn: number): string {
  const stamp = stampOf(new Date())
  return Array.from({ length: load.queries }, (_, index) => {
    const number = turn * load.queries + index
    return `${stamp} dnsmasq[1]: query[A] n${number % 5000}.ordinary.example from ${addressOf(number)}\n`
  }).join('')
}

function linesOf(turn: number): string {
  const stamp = stampOf(new Date())
  return Array.from(
    { length: load.lines },
    (_, index) =>
      `${stamp} router ${programs[index % programs.length]}[7]: station ${addressOf(turn + index)} did thing ${turn}\n`,
  ).join('')
}

/** `Nov 20 12:00:00`. */
function stampOf(at: Date): string {
  return `${at.toString().slice(4, 10).replace(/ 0/, '  ')} ${at.toTimeString().slice(0, 8)}`
}

async function page(address: string): Promise<void> {
  await (await fetch(`${address}/`)).text()
}
