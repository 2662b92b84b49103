import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { find } from './partners.ts'

/** For a test's `skip`: false where networks of a test's own can be made. */
export function withoutNetworks(): string | false {
  for (const [program, debian] of [
    ['ip', 'iproute2'],
    ['iptables', 'iptables'],
    ['conntrack', 'conntrack'],
  ] as const)
    if (find(program) === false) return `needs ${program} (Debian package ${debian})`
  return process.getuid?.() !== 0 && 'needs root, to make networks of its own'
}

/** Machines of a test's own, in network namespaces that nothing else is in. */
export interface Network extends AsyncDisposable {
  /** Runs a program on a machine and waits for its end; throws when it fails. */
  run(machine: string, program: string, ...args: readonly string[]): Promise<string>
  /** Starts a program on a machine; it is ended with the network. */
  start(machine: string, program: string, ...args: readonly string[]): ChildProcess
  /** Another machine on the router's inner network, with this address there. */
  join(machine: string, address: string): Promise<void>
  /** A folder for the front of the PATH: these programs run on that machine, whoever calls them. */
  pathTo(machine: string, programs: readonly string[]): Promise<string>
  /** The name of a machine's namespace, for `ip netns exec`. */
  spaceOf(machine: string): string
}

const prefix = 'hearthwarden-test'

/**
 * A router with NAT between a home (192.168.77.0/24, router .1) and an internet of one machine, `server`
 * (203.0.113.80; the router is 203.0.113.2 there), in IPv6 2001:db8:77::/64 and 2001:db8:ffff::/64. The home's machines
 * are given by name and address.
 */
export async function makeNetwork({
  home,
  accounting,
}: {
  home: Readonly<Record<string, string>>
  accounting: boolean
}): Promise<Network> {
  await sweep()
  const spaceOf = (machine: string) => `${prefix}-${process.pid}-${machine}`
  const running: ChildProcess[] = []
  const folders: string[] = []
  const spaces: string[] = []
  let links = 0

  const ip = (...words: readonly string[]) => execa('ip', words)
  const run: Network['run'] = async (machine, program, ...args) => {
    const { stdout } = await execa('ip', ['netns', 'exec', spaceOf(machine), program, ...args], {
      timeout: 30_000,
    })
    return stdout
  }
  const add = async (machine: string) => {
    await ip('netns', 'add', spaceOf(machine))
    spaces.push(spaceOf(machine))
    await ip('-n', spaceOf(machine), 'link', 'set', 'lo', 'up')
  }
  /** A cable between two machines; each end has the other's first letters as its name. */
  const connect = async (machine: string, other: string, name: string) => {
    links += 1
    const [one, two] = [`hw${process.pid % 10_000}a${links}`, `hw${process.pid % 10_000}b${links}`]
    await ip(
      'link',
      'add',
      one,
      'netns',
      spaceOf(machine),
      'type',
      'veth',
      'peer',
      'name',
      two,
      'netns',
      spaceOf(other),
    )
    await ip('-n', spaceOf(machine), 'link', 'set', one, 'name', 'eth0')
    await ip('-n', spaceOf(other), 'link', 'set', two, 'name', name)
    await ip('-n', spaceOf(machine), 'link', 'set', 'eth0', 'up')
    await ip('-n', spaceOf(other), 'link', 'set', name, 'up')
  }
  const address = (machine: string, link: string, ...addresses: readonly string[]) =>
    Promise.all(
      addresses.map((one) =>
        ip(
          '-n',
          spaceOf(machine),
          'address',
          'add',
          one,
          'dev',
          link,
          ...(one.includes(':') ? ['nodad'] : []),
        ),
      ),
    )
  const join_: Network['join'] = async (machine, at) => {
    await add(machine)
    await connect(machine, 'router', `lan-${machine}`.slice(0, 15))
    await ip('-n', spaceOf('router'), 'link', 'set', `lan-${machine}`.slice(0, 15), 'master', 'lan')
    await address(machine, 'eth0', `${at}/24`, `2001:db8:77::${at.split('.').at(-1)}/64`)
    await ip('-n', spaceOf(machine), 'route', 'add', 'default', 'via', '192.168.77.1')
    await ip('-n', spaceOf(machine), '-6', 'route', 'add', 'default', 'via', '2001:db8:77::1')
  }

  const close = async () => {
    for (const program of running) program.kill('SIGKILL')
    for (const space of spaces) await execa('ip', ['netns', 'delete', space], { reject: false })
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }

  try {
    await add('router')
    await ip('-n', spaceOf('router'), 'link', 'add', 'lan', 'type', 'bridge')
    await ip('-n', spaceOf('router'), 'link', 'set', 'lan', 'up')
    await address('router', 'lan', '192.168.77.1/24', '2001:db8:77::1/64')
    await add('server')
    await connect('server', 'router', 'wan')
    await address('router', 'wan', '203.0.113.2/24', '2001:db8:ffff::2/64')
    await address('server', 'eth0', '203.0.113.80/24', '2001:db8:ffff::80/64')
    await ip('-n', spaceOf('server'), '-6', 'route', 'add', '2001:db8:77::/64', 'via', '2001:db8:ffff::2')
    for (const [machine, at] of Object.entries(home)) await join_(machine, at)
    for (const setting of [
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
      `net.netfilter.nf_conntrack_acct=${accounting ? 1 : 0}`,
    ])
      await run('router', 'sysctl', '-qw', setting)
    const nat = ['-t', 'nat', '-A', 'POSTROUTING', '-o', 'wan', '-j', 'MASQUERADE']
    await run('router', 'iptables', ...nat)
    // A rule that asks for a connection's state is what has the kernel follow connections of IPv6.
    for (const chain of ['FORWARD', 'INPUT'])
      await run('router', 'ip6tables', '-A', chain, '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP')
  } catch (error) {
    await close()
    throw error
  }

  return {
    run,
    start(machine, program, ...args) {
      const started = spawn('ip', ['netns', 'exec', spaceOf(machine), program, ...args], { stdio: 'ignore' })
      running.push(started)
      return started
    },
    join: join_,
    async pathTo(machine, programs) {
      const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-path-'))
      folders.push(folder)
      for (const program of programs) {
        const file = join(folder, program)
        const real = find(program)
        if (real === false) throw new Error(`${program} is not here`)
        await writeFile(file, `#!/bin/sh\nexec ${find('ip')} netns exec ${spaceOf(machine)} ${real} "$@"\n`)
        await chmod(file, 0o755)
      }
      return folder
    },
    spaceOf,
    [Symbol.asyncDispose]: close,
  }
}

/** Removes what a test that was killed has left: namespaces of processes that are gone. */
async function sweep(): Promise<void> {
  const names = await readdir('/run/netns').catch(() => [])
  for (const name of names) {
    const pid = Number(new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    await execa('ip', ['netns', 'delete', name], { reject: false })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // gone, or another's
  }
}
