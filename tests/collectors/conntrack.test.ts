import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import conntrack from '../../src/collectors/conntrack.ts'
import { makeOverruns } from '../../src/collectors/conntrack/overruns.ts'
import { ConfigError } from '../../src/core/errors.ts'
import type { Connection, Observation } from '../../src/core/observation.ts'
import { makeNetwork, withoutNetworks, type Network } from '../network.ts'
import { contextOf } from './collecting.ts'
import { until } from './dnsmasq.ts'
import { listen } from './listening.ts'

const skip = withoutNetworks()
const defaults = conntrack.options.parse({})
/** Serves a page of 30,000 bytes, on both families; and asks for one. */
const serve = `require('node:http').createServer((asked, answer) => answer.end('x'.repeat(30000))).listen(80, '::')`
const fetchPage = (url: string) => ['-e', `fetch('${url}').then((page) => page.text())`]

suite('connections, from a real kernel', { skip }, () => {
  /** Runs on a router with a laptop behind it, and sees what the router sees. */
  async function scene(
    t: TestContext,
    {
      accounting = true,
      programs = ['conntrack', 'cat'],
      options = defaults,
      before = async () => undefined,
    }: {
      accounting?: boolean
      programs?: readonly string[]
      options?: typeof defaults
      before?: (network: Network) => Promise<unknown>
    },
    during: (network: Network, seen: readonly Observation[]) => Promise<void>,
  ): Promise<readonly Connection[]> {
    await using network = await makeNetwork({ home: { laptop: '192.168.77.21' }, accounting })
    network.start('server', process.execPath, '-e', serve)
    await until(async () => (await network.run('server', 'ss', '-ltn')).includes(':80 '))
    await before(network)
    const path = process.env['PATH'] ?? ''
    const folder = await network.pathTo('router', programs)
    process.env['PATH'] = `${folder}:${path}`
    t.after(() => (process.env['PATH'] = path))
    const { seen } = await listen(conntrack, { options }, (so_far) => during(network, so_far))
    process.env['PATH'] = path
    return seen.filter((one) => one.kind === 'connection')
  }

  const fetched = (network: Network, url = 'http://203.0.113.80/') =>
    network.run('laptop', process.execPath, ...fetchPage(url))
  const isWeb = (state: Connection['state']) => (one: Observation) =>
    one.kind === 'connection' && one.responderPort === 80 && one.state === state
  /** The end of a connection comes when the kernel forgets it; nobody needs to wait for that. */
  const forget = (network: Network) => network.run('router', 'conntrack', '-D', '-p', 'tcp').catch(() => '')
  /** The program needs a moment before it hears anything. */
  const heard = async (network: Network, seen: readonly Observation[]) => {
    await until(async () => {
      await network.run('laptop', 'ping', '-c', '1', '-W', '1', '203.0.113.80')
      return seen.some((one) => one.kind === 'connection' && one.protocol === 'icmp' && one.state === 'begun')
    })
  }

  test('one row when it begins and one when it ends, with its bytes, through NAT and in IPv6', async (t) => {
    const seen = await scene(t, {}, async (network, so_far) => {
      await heard(network, so_far)
      await fetched(network)
      await fetched(network, 'http://[2001:db8:ffff::80]/')
      await until(() => so_far.filter(isWeb('begun')).length >= 2)
      await forget(network)
      await network.run('router', 'conntrack', '-D', '-f', 'ipv6', '-p', 'tcp').catch(() => '')
      await until(() => so_far.filter(isWeb('ended')).length >= 2)
    })
    for (const [originator, responder] of [
      ['192.168.77.21', '203.0.113.80'],
      ['2001:db8:77::21', '2001:db8:ffff::80'],
    ] as const) {
      const its = seen.filter((one) => one.responder === responder && one.responderPort === 80)
      assert.deepEqual(
        its.map(({ state }) => state),
        ['begun', 'ended'],
        responder,
      )
      const [begun, ended] = its
      assert.equal(begun?.originator, originator, 'the laptop, not the router that stands in for it')
      assert.equal(begun?.flow, ended?.flow)
      assert.equal(ended?.answered, true)
      assert.equal((ended?.bytesIn ?? 0) > 30_000, true, `${ended?.bytesIn} bytes in`)
      assert.equal((ended?.bytesOut ?? 0) > 100, true, `${ended?.bytesOut} bytes out`)
      assert.equal((ended?.packetsIn ?? 0) > 1, true)
      assert.equal((ended?.duration ?? -1) >= 0, true)
    }
  })

  test('what was there before, and what lasts, is seen while it lasts', async (t) => {
    const hold = `require('node:net').connect(80, '203.0.113.80').setKeepAlive(true)`
    const seen = await scene(
      t,
      {
        options: { ...defaults, open: 10 },
        async before(network) {
          network.start('laptop', process.execPath, '-e', hold)
          await until(async () => (await network.run('router', 'conntrack', '-L')).includes('ESTABLISHED'))
        },
      },
      async (_, so_far) => until(() => so_far.filter(isWeb('open')).length >= 1),
    )
    assert.equal(seen.filter(isWeb('open'))[0]?.answered, true)
  })

  test('where the kernel does not count, bytes are unknown, and the check names the switch', async (t) => {
    let found: readonly { ok: boolean; message: string }[] = []
    const seen = await scene(t, { accounting: false }, async (network, so_far) => {
      await heard(network, so_far)
      await fetched(network)
      found = await conntrack.check(contextOf(defaults))
      await until(() => so_far.filter(isWeb('begun')).length >= 1)
      await forget(network)
      await until(() => so_far.filter(isWeb('ended')).length >= 1)
    })
    const ended = seen.find(isWeb('ended'))
    assert.deepEqual(
      [ended?.bytesIn, ended?.bytesOut, ended?.packetsIn, ended?.packetsOut],
      Array(4).fill(undefined),
    )
    assert.equal(found[0]?.ok, true)
    assert.match(found[1]?.message ?? '', /sysctl -w net\.netfilter\.nf_conntrack_acct=1/)
  })
})

/** A folder of programs that stand in for those that are there. */
async function withPrograms(t: TestContext, programs: Readonly<Record<string, string>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-programs-'))
  const path = process.env['PATH'] ?? ''
  t.after(async () => {
    process.env['PATH'] = path
    await rm(folder, { recursive: true })
  })
  for (const [name, script] of Object.entries(programs))
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  process.env['PATH'] = `${folder}:${path}`
}

const row =
  'ipv4 2 tcp 6 100 ESTABLISHED src=192.168.1.5 dst=192.0.2.9 sport=5000 dport=443 src=192.0.2.9 dst=192.0.2.1 sport=443 dport=5000 [ASSURED] use=1'

test('without the right to read, one sentence says what to do', async (t) => {
  await withPrograms(t, {
    conntrack: 'echo "conntrack v1.4.7: Operation failed: sorry, you must be root" >&2; exit 1',
    cat: 'echo "cat: Permission denied" >&2; exit 1',
  })
  await assert.rejects(
    listen(conntrack, { options: defaults }, () => new Promise(() => undefined)),
    (error) => error instanceof ConfigError && /must be root.*CAP_NET_ADMIN/.test(error.message),
  )
  assert.equal((await conntrack.check(contextOf(defaults)))[0]?.ok, false)
})

test('a table that is too long to be read whole is no lack of a right', async (t) => {
  const long = `yes '${row}' | head -c 10500000`
  await withPrograms(t, { conntrack: long, cat: 'exit 1' })
  assert.equal((await conntrack.check(contextOf(defaults)))[0]?.ok, true)
  await withPrograms(t, { conntrack: 'exit 1', cat: long })
  assert.equal((await conntrack.check(contextOf(defaults)))[0]?.ok, true)
})

test('a table of any length is read line by line, up to a number of connections', async (t) => {
  const { [0]: first = '', [1]: rest = '' } = row.split('sport=5000')
  const table = (count: number) =>
    `[ "$3" = ipv6 ] || seq ${count} | sed 's/.*/${first}sport=& mark=${'0'.repeat(100)}${rest}/'`
  const found = async () => (await conntrack.check(contextOf(defaults)))[0]?.message
  await withPrograms(t, { conntrack: table(60_000), cat: 'exit 1' })
  assert.equal(await found(), '60000 connections are under way')
  await withPrograms(t, { conntrack: table(70_000), cat: 'exit 1' })
  assert.equal(await found(), '65536 connections are under way')
  await withPrograms(t, { conntrack: 'exit 0', cat: 'exit 1' })
  assert.match((await found()) ?? '', /^No connection is in the kernel’s table.*iptables/)
})

test('without the program the table is looked at again and again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-table-'))
  t.after(() => rm(folder, { recursive: true }))
  const table = join(folder, 'table')
  await writeFile(table, `${row}\n`)
  await withPrograms(t, {
    conntrack: 'exit 1',
    cat: `[ "$1" = /proc/net/nf_conntrack ] && exec /bin/cat ${table}; exit 1`,
  })
  const options = { ...defaults, table: 1 }
  const { seen } = await listen(conntrack, { options }, async (so_far) => {
    await until(() => so_far.length >= 1)
    await writeFile(table, `${row}\n${row.replaceAll('5000', '5001')}\n`)
    await until(() => so_far.some((one) => one.kind === 'connection' && one.state === 'begun'))
    await writeFile(table, '')
    await until(() => so_far.filter((one) => one.kind === 'connection' && one.state === 'ended').length === 2)
  })
  const states = seen.flatMap((one) =>
    one.kind === 'connection' ? [`${one.originatorPort} ${one.state}`] : [],
  )
  assert.equal(states[0], '5000 open')
  assert.equal(states.includes('5001 begun'), true)
  assert.deepEqual(states.slice(-2).toSorted(), ['5000 ended', '5001 ended'])
})

test('what the kernel could not tell is counted as it says, and where it does not by complaints', async () => {
  let drops = 40
  const netlink = async () => `0000000052b813f5 12  2528845245 00000005 0 0 0 2 ${drops} 2076815\n`
  const complaint = 'WARNING: We have hit ENOBUFS! We are losing events.\n'
  const counted = await makeOverruns(netlink)
  drops = 5040
  assert.equal(await counted.take(), 0, 'nobody has complained yet')
  counted.complains(complaint)
  assert.equal(await counted.take(), 5000)
  assert.equal(await counted.take(), 0)
  const there = await makeOverruns(async () => '')
  there.complains(complaint + complaint)
  assert.equal(await there.take(), 2)
})
