import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { dnsmasqLines } from '../../bench/lines.ts'
import piholeLog from '../../src/collectors/pihole-log.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import type { Observation } from '../../src/core/observation.ts'
import { without } from '../partners.ts'
import { collect, contextOf } from './collecting.ts'
import { startDnsmasq, until } from './dnsmasq.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pihole-log-'))
  file = join(folder, 'pihole.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

type Cursor = Awaited<ReturnType<typeof piholeLog.poll>>['cursor']

/** What was seen, a word for each part. */
function words(observation: Observation): string {
  if (observation.kind === 'dns-query')
    return `${observation.address} asks ${observation.qtype} ${observation.qname}`
  if (observation.kind !== 'dns-answer') return observation.kind
  const { address, source, qname, rcode, answer } = observation
  return [address, source, qname, rcode, answer].filter((word) => word !== undefined).join(' ')
}

const skip = without('dnsmasq', 'dnsmasq-base')

describe('the log of a real dnsmasq', { skip }, () => {
  const upstream = [
    'address=/up.test/192.0.2.7',
    'host-record=www.up.test,192.0.2.9',
    'cname=alias.up.test,www.up.test',
    'local=/up.test/',
    'local=/gone.up.test/',
    'no-hosts',
  ]

  for (const mode of ['log-queries', 'log-queries=extra']) {
    it(`tells with ${mode} what was asked and answered`, async () => {
      const hosts = join(folder, 'hosts')
      writeFileSync(hosts, '192.0.2.50 nas.home.test\n192.0.2.51 printer.home.test\n0.0.0.0 tracker.test\n')
      await using up = await startDnsmasq(join(folder, 'up.log'), upstream)
      await using server = await startDnsmasq(file, [
        mode,
        'no-hosts',
        `addn-hosts=${hosts}`,
        'address=/ads.test/0.0.0.0',
        'local=/lan/',
        `server=/up.test/127.0.0.1#${up.port}`,
      ])
      for (const [name, type] of [
        ['a.up.test', 'A'],
        ['ALIAS.up.test', 'A'],
        ['a.up.test', 'AAAA'],
        ['x.lan', 'A'],
        ['nas.home.test', 'A'],
        ['tracker.test', 'A'],
        ['banner.ads.test', 'A'],
      ] as const)
        await server.ask(name, type)
      const to = mode === 'log-queries' ? '' : '127.0.0.1 '
      const expected = [
        '127.0.0.1 asks A a.up.test',
        `${to}upstream a.up.test NOERROR 192.0.2.7`,
        '127.0.0.1 asks A alias.up.test',
        `${to}upstream alias.up.test NOERROR <CNAME>`,
        `${to}upstream www.up.test NOERROR 192.0.2.9`,
        '127.0.0.1 asks AAAA a.up.test',
        `${to}upstream a.up.test NOERROR`,
        '127.0.0.1 asks A x.lan',
        `${to}config x.lan NXDOMAIN`,
        '127.0.0.1 asks A nas.home.test',
        `${to}hosts nas.home.test NOERROR 192.0.2.50`,
        '127.0.0.1 asks A tracker.test',
        `${to}blocked tracker.test NOERROR 0.0.0.0`,
        '127.0.0.1 asks A banner.ads.test',
        `${to}blocked banner.ads.test NOERROR 0.0.0.0`,
      ]
      await until(() => readFileSync(file, 'utf8').includes('banner.ads.test is'))
      const { observations, pieces } = await collect(piholeLog, { options: { file, every: 0.25 } })
      assert.deepEqual(observations.map(words), expected)
      assert.deepEqual(pieces, [{ count: expected.length, history: false, unknown: 0 }])
      for (const { at } of observations) assert.ok(Math.abs(Date.now() - at.getTime()) < 10_000)
    })
  }

  it('is read once, line for line, while it is renamed, copied and emptied', async () => {
    await using server = await startDnsmasq(file, ['log-queries', 'no-hosts', 'address=/test/192.0.2.1'])
    const seen: string[] = []
    let cursor: Cursor | undefined
    const read = async () => {
      const part = await collect(piholeLog, { options: { file, every: 0.25 }, cursor })
      cursor = part.cursor
      for (const one of part.observations) if (one.kind === 'dns-query') seen.push(one.qname)
    }
    const asked: string[] = []
    const ask = async (count: number) => {
      for (let number = 0; number < count; number++) {
        const name = `n${asked.length}.test`
        asked.push(name)
        await server.ask(name, 'A')
      }
    }
    for (let round = 0; round < 3; round++) {
      await ask(5)
      await read()
      await ask(3)
      renameSync(file, `${file}.${round}`)
      await server.reopen()
      await ask(3)
      await read()
      await ask(3)
      copyFileSync(file, `${file}.copy${round}`)
      truncateSync(file)
      await ask(2)
      if (round === 1) await read()
    }
    await read()
    assert.deepEqual(
      seen.filter((name) => name !== 'reopened.test'),
      asked,
    )
  })
})

describe('a log met for the first time', () => {
  const now = new Date(2026, 10, 20, 12)
  const line = (hour: string, name: string) =>
    `Nov 20 ${hour} dnsmasq[1]: query[A] ${name} from 192.168.1.5\n`

  it('is history up to an hour ago', async () => {
    writeFileSync(
      file,
      line('01:00:00', 'a') + line('10:59:59', 'b') + line('11:00:00', 'c') + line('11:59:59', 'd'),
    )
    utimesSync(file, now, now)
    const first = await collect(piholeLog, { options: { file, every: 0.25 }, now })
    assert.deepEqual(first.pieces, [
      { count: 2, history: true, unknown: 0 },
      { count: 2, history: false, unknown: 0 },
    ])
    assert.deepEqual(
      first.observations.map(words),
      ['a', 'b', 'c', 'd'].map((name) => `192.168.1.5 asks A ${name}`),
    )
  })

  it('is news from then on, however late it is read', async () => {
    writeFileSync(file, line('10:00:00', 'a'))
    utimesSync(file, now, now)
    const { cursor } = await collect(piholeLog, { options: { file, every: 0.25 }, now })
    appendFileSync(file, line('12:00:01', 'b'))
    const later = new Date(2026, 10, 22)
    utimesSync(file, later, later)
    assert.deepEqual(
      (await collect(piholeLog, { options: { file, every: 0.25 }, cursor, now: later })).pieces,
      [{ count: 1, history: false, unknown: 0 }],
    )
  })

  it('counts what it does not understand', async () => {
    writeFileSync(file, `what is this\n${line('11:59:00', 'a')}\0\0\0\n`)
    utimesSync(file, now, now)
    assert.deepEqual((await collect(piholeLog, { options: { file, every: 0.25 }, now })).pieces, [
      { count: 1, history: false, unknown: 2 },
    ])
  })
})

describe('where the log is', () => {
  it('is told when it is checked', async () => {
    const check = async () => (await piholeLog.check(contextOf({ file, every: 0.25 })))[0]
    await assert.rejects(
      check(),
      (error) => error instanceof UnavailableError && /does not exist/.test(error.message),
    )
    writeFileSync(file, 'Nov 20 12:00:00 dnsmasq[1]: started, version 2.90\n')
    assert.match((await check())?.message ?? '', /log-queries/)
    appendFileSync(file, 'Nov 20 12:00:00 dnsmasq[1]: query[A] a from 192.168.1.5\n')
    assert.deepEqual(await check(), { ok: true, message: `${file} is followed` })
  })
})

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that are really held. */
function memory(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('much of it', () => {
  it('is 200 MB at once without memory growing with it', async () => {
    const block = `${Array.from(dnsmasqLines({ count: 14_000, start: new Date(Date.now() - 600_000) })).join('\n')}\n`
    writeFileSync(file, '')
    let { cursor } = await collect(piholeLog, { options: { file, every: 0.25 } })
    for (let size = 0; size < 200e6; size += block.length * 10) appendFileSync(file, block.repeat(10))
    const before = memory()
    let [most, count, polls] = [0, 0, 0]
    for (let more = true; more; polls++) {
      const part = await piholeLog.poll({ ...contextOf({ file, every: 0.25 }), cursor })
      assert.ok(part.observations.length <= 40_000)
      count += part.observations.length
      if (polls % 10 === 0) most = Math.max(most, memory() - before)
      ;({ cursor, more } = part)
    }
    assert.ok(count > 2_000_000, `${count} observations`)
    assert.ok(most < 20e6, `holds ${Math.round(most / 1e6)} MB more`)
  })
})

describe('history', () => {
  it('is read for import at its own times', async () => {
    const lines = readFileSync(new URL('../formats/dnsmasq/pihole-v5.log', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
    const seen = await Array.fromAsync(
      piholeLog.read(toAsync(lines), { every: 0.25 }, new Date(2024, 4, 8, 2)),
    )
    assert.equal(seen.length, 74)
    assert.deepEqual(seen[0]?.at, new Date(2024, 4, 8, 1, 57))
  })
})

async function* toAsync(lines: readonly string[]): AsyncIterable<string> {
  yield* lines
}
