import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import ping, { toReadings } from '../../src/collectors/ping.ts'
import { without } from '../partners.ts'

const module = new URL('../../src/collectors/ping.ts', import.meta.url).href

/** Two machines with a cable between them, and what the first measures; the second is its gateway, and answers or not. */
function measured(
  other: 'answers' | 'silent',
  targets: readonly string[] = [],
  before?: string,
): readonly string[] {
  const [here, there] = [`ping-a${process.pid}`, `ping-b${process.pid}`]
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' })
  try {
    for (const name of [here, there]) ip('netns', 'add', name)
    ip('-n', here, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', there)
    for (const [name, address] of [
      [here, '10.77.0.2/24'],
      [there, '10.77.0.1/24'],
    ] as const) {
      ip('-n', name, 'addr', 'add', address, 'dev', 'cable')
      ip('-n', name, 'link', 'set', 'cable', 'up')
      ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    if (before === undefined) ip('-n', here, 'route', 'add', 'default', 'via', '10.77.0.1')
    if (other === 'silent')
      ip('netns', 'exec', there, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all')
    const program = `const { default: ping } = await import(${JSON.stringify(module)})
      const options = ping.options.parse({ packets: 3, targets: ${JSON.stringify(targets)} })
      const cursor = ${JSON.stringify(before && { gateway: before })}
      const part = await ping.poll({ options, cursor, now: () => new Date(), stop: AbortSignal.timeout(30000) })
      console.log(JSON.stringify(part))`
    const node = [process.execPath, '--input-type=module', '-e', program]
    const { observations } = JSON.parse(
      execFileSync('ip', ['netns', 'exec', here, ...node], { encoding: 'utf8' }),
    )
    return observations.map(
      (one: { quantity: string; sensor: string; value: number }) =>
        `${one.quantity}/${one.sensor} ${one.value}`,
    )
  } finally {
    for (const name of [here, there]) {
      try {
        ip('netns', 'del', name)
      } catch {
        continue
      }
    }
  }
}

const lacking =
  process.getuid?.() === 0
    ? without('ping', 'iputils-ping') || without('ip', 'iproute2')
    : 'needs root, for network namespaces'

describe('the quality of a connection', { skip: lacking }, () => {
  it('is measured to the gateway, found by itself, and to the targets', () => {
    const found = measured('answers', ['127.0.0.1', '198.51.100.1'])
    assert.equal(found[0], 'loss/gateway 0')
    const time = Number(/^rtt\/gateway (.+)$/.exec(found[1] ?? '')?.[1])
    assert.ok(time > 0 && time < 100, `${time} ms`)
    assert.equal(found[2], 'loss/127.0.0.1 0')
    assert.equal(found[4], 'loss/198.51.100.1 100')
    assert.equal(found.length, 5)
  })

  it('is all lost, and no time, where nothing answers', () => {
    assert.deepEqual(measured('silent'), ['loss/gateway 100'])
  })

  it('is all lost when the way to the gateway is gone', () => {
    assert.deepEqual(measured('answers', [], '192.0.2.1'), ['loss/gateway 100'])
  })
})

describe('options', () => {
  it('take addresses and names, and nothing that a program could take for an option of its own', () => {
    const take = (target: string) => ping.options.safeParse({ targets: [target] }).success
    for (const target of ['192.0.2.1', '2001:db8::1', '::1', 'fe80::1%eth0', 'nas.home', 'my_nas'])
      assert.ok(take(target), target)
    for (const target of ['-f', '', '--flood', 'a b', '$(id)', 'gateway', 'x'.repeat(300)])
      assert.ok(!take(target), target)
  })
})

it('loss is in percent, rounded', () => {
  const at = new Date(0)
  assert.deepEqual(
    toReadings('nas', { sent: 3, received: 2, mean: 4 }, at).map(({ quantity, value, unit }) => [
      quantity,
      value,
      unit,
    ]),
    [
      ['loss', 33.3, '%'],
      ['rtt', 4, 'ms'],
    ],
  )
})
