import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { toArguments } from '../../src/collectors/nmap/command.ts'
import nmap, { dueScan } from '../../src/collectors/nmap.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import { ownNetworks } from '../../src/formats/scan-target.ts'
import { find, without } from '../partners.ts'
import { contextOf } from './collecting.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const before = (minutes: number) => noon.getTime() - minutes * 60_000
const needsNamespaces =
  process.getuid?.() !== 0 ? 'needs root, for network namespaces' : without('ip', 'iproute2')

/** Two namespaces that see each other: `<name>-a` is 10.231.7.1, `<name>-b` 10.231.7.2, each in a /29. */
function makeNetwork(t: TestContext) {
  const name = `hwscan${process.pid}`
  const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [a, b] = [`${name}a`, `${name}b`]
  t.after(() => {
    for (const each of [a, b]) ip('netns', 'del', each)
  })
  ip('netns', 'add', a)
  ip('netns', 'add', b)
  ip('link', 'add', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b)
  for (const [each, address] of [
    [a, '10.231.7.1/29'],
    [b, '10.231.7.2/29'],
  ] as const) {
    ip('-n', each, 'address', 'add', address, 'dev', 'eth0')
    for (const device of ['lo', 'eth0']) ip('-n', each, 'link', 'set', device, 'up')
  }
  return { a, b }
}

/** A program that listens on these ports of a namespace until the test's end. */
async function listen(t: TestContext, space: string, ports: readonly number[]): Promise<void> {
  const script = `
    let left = ${ports.length}
    for (const port of ${JSON.stringify(ports)})
      require('node:net').createServer((one) => one.end()).listen(port, () => --left || console.log('ready'))`
  const child = spawn('ip', ['netns', 'exec', space, process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
}

function pollIn(space: string, options: object, cursor?: object) {
  const script = join(import.meta.dirname, 'nmap', 'poll.ts')
  const words = [script, JSON.stringify(options), ...(cursor ? [JSON.stringify(cursor)] : [])]
  return JSON.parse(
    execFileSync('ip', ['netns', 'exec', space, process.execPath, ...words], { encoding: 'utf8' }),
  )
}

describe('nmap', () => {
  it('looks for machines and ports each in its rhythm', () => {
    const rhythm = { hosts: 900, ports: 86_400 }
    assert.equal(dueScan(rhythm, {}, noon), 'ports')
    assert.equal(dueScan(rhythm, { hosts: before(14), ports: before(600) }, noon), undefined)
    assert.equal(dueScan(rhythm, { hosts: before(15), ports: before(600) }, noon), 'hosts')
    assert.equal(dueScan(rhythm, { hosts: before(15), ports: before(1440) }, noon), 'ports')
    assert.equal(dueScan(rhythm, { hosts: before(-60), ports: before(600) }, noon), 'hosts')
    const again = nmap.again({
      hosts: before(1),
      ports: before(1),
      targets: ['10.0.0.0/24'],
      up: ['10.0.0.1'],
    })
    assert.equal(dueScan(rhythm, again, noon), 'ports')
  })

  it('is told nothing but what is on the list', () => {
    const refused = [
      ...[
        '-iL/etc/passwd',
        '--script=x',
        'home.example',
        '10.0.0.0/8',
        '2001:db8::/64',
        '1.2.3.4/33',
        '',
        '::1%lo',
      ].map((target) => ({ targets: [target] })),
      ...['--script', '22 -oN x', '0', '70000', '9-1', '22,', 'T:22'].map((which) => ({ which })),
      ...[{ exclude: ['--'] }, { rate: 1e9 }],
    ]
    for (const options of refused)
      assert.equal(nmap.options.safeParse(options).success, false, JSON.stringify(options))
    const options = nmap.options.parse({ exclude: ['10.0.0.9', 'fd00::9'] })
    const words = toArguments('ports', ['10.0.0.0/24'], options, false)
    assert.deepEqual(words.slice(-4), ['--exclude', '10.0.0.9', '--', '10.0.0.0/24'])
    assert.ok(words.includes('-sT') && words.includes('--unprivileged') && !words.includes('-sn'))
    assert.ok(toArguments('hosts', ['fd00::1'], options, true).includes('-6'))
  })

  it('stays in the private networks of this machine unless others are named', () => {
    const net = (cidr: string, internal = false) => ({
      ...{ address: cidr.split('/')[0] ?? '', cidr, internal, mac: '', netmask: '' },
      family: 'IPv4' as const,
    })
    assert.deepEqual(
      ownNetworks({
        lo: [net('127.0.0.1/8', true)],
        eth0: [net('192.168.1.77/24'), net('203.0.113.5/24'), net('169.254.3.4/16')],
        wlan0: [net('10.20.30.40/8')],
        'br-lan': [net('192.168.50.1/24')],
        docker0: [net('172.17.0.1/16')],
        'br-1f2e3d4c5b6a': [net('172.18.0.1/16')],
        wg0: [net('10.9.0.1/24')],
        veth12: [net('10.8.0.1/24')],
      }),
      { networks: ['192.168.1.0/24', '10.20.30.0/24', '192.168.50.0/24'], cut: ['10.0.0.0/8'] },
    )
  })

  it('that fails and finds nothing is left alone until machines are looked for again', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'nmap-'))
    const { PATH = '' } = process.env
    t.after(() => {
      process.env['PATH'] = PATH
      rmSync(folder, { recursive: true })
    })
    writeFileSync(join(folder, 'nmap'), '#!/bin/sh\necho broken >&2\nexit 1\n', { mode: 0o755 })
    process.env['PATH'] = `${folder}:${PATH}`
    const options = nmap.options.parse({ targets: ['127.0.0.1'], hosts: 600 })
    await assert.rejects(
      nmap.poll({ ...contextOf(options), cursor: undefined }),
      (error) => error instanceof UnavailableError && error.retryAfter === 600,
    )
  })

  const skip = without('nmap') || needsNamespaces
  it('sees the machines and open ports of a network', { skip }, async (t) => {
    const { a, b } = makeNetwork(t)
    await listen(t, b, [23, 8080])
    const first = pollIn(a, { which: '20-25,8080,9999', versions: false, names: false })
    const of = (kind: string) => first.observations.filter((one: { kind: string }) => one.kind === kind)
    assert.deepEqual(
      of('host-scan').map(({ address, state, open }: never) => ({ address, state, open })),
      [
        { address: '10.231.7.2', state: 'up', open: 2 },
        { address: '10.231.7.1', state: 'up', open: 0 },
      ],
    )
    assert.deepEqual(
      of('service').map(({ address, protocol, port, service }: never) => ({
        address,
        protocol,
        port,
        service,
      })),
      [
        { address: '10.231.7.2', protocol: 'tcp', port: 23, service: 'telnet' },
        { address: '10.231.7.2', protocol: 'tcp', port: 8080, service: 'http-proxy' },
      ],
    )
    const [presence] = of('presence')
    assert.equal(presence.via, 'scan')
    assert.match(presence.mac, /^(?:[\da-f]{2}:){5}[\da-f]{2}$/)
    assert.deepEqual(
      first.check.map(({ ok }: { ok: boolean }) => ok),
      [true, true],
    )
    assert.match(first.check[0].message, /10\.231\.7\.0\/29/)

    assert.deepEqual(pollIn(a, {}, first.cursor).observations, [])
    execFileSync('ip', ['-n', b, 'address', 'del', '10.231.7.2/29', 'dev', 'eth0'])
    const { hosts: _, ...due } = first.cursor
    const gone = pollIn(a, { names: false }, due).observations
    assert.deepEqual(
      gone.map(({ kind, address, state }: never) => ({ kind, address, state })),
      [
        { kind: 'host-scan', address: '10.231.7.1', state: 'up' },
        { kind: 'host-scan', address: '10.231.7.2', state: 'down' },
      ],
    )
  })

  it('ends at once when it is told to, and keeps its cursor', { skip: without('nmap') }, async () => {
    const stop = new AbortController()
    const options = nmap.options.parse({
      targets: ['127.0.0.1'],
      which: '1-65535',
      rate: 10,
      versions: false,
    })
    const polling = nmap.poll({ ...contextOf(options), stop: stop.signal, cursor: undefined })
    await hasChild('nmap')
    const began = performance.now()
    stop.abort()
    assert.deepEqual((await polling).observations, [])
    assert.ok(performance.now() - began < 2000)
  })

  it('says what is missing', { skip: find('ip') === false && 'needs ip' }, async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      const options = nmap.options.parse({ targets: ['127.0.0.1'] })
      const [check] = await nmap.check(contextOf(options))
      assert.match(check?.message ?? '', /install it/)
      await assert.rejects(nmap.poll({ ...contextOf(options), cursor: undefined }), /install it/)
    } finally {
      process.env['PATH'] = path
    }
  })
})

/** Waits until this process has started such a program. */
async function hasChild(name: string): Promise<void> {
  const { readFile, readdir } = await import('node:fs/promises')
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    for (const pid of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      if (stat.includes(`(${name})`) && stat.split(') ')[1]?.split(' ')[1] === String(process.pid)) return
    }
  }
  throw new Error(`${name} was not started`)
}
