import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { codeOf } from '../src/core/errors.ts'
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
export interface Machines {
  /** Runs a program on a machine and waits for its end; throws when it fails. */
  run(machine: string, program: string, ...args: readonly string[]): Promise<string>
  /** Starts a program on a machine; it is ended with the network. */
  start(machine: string, program: string, ...args: readonly string[]): ChildProcess
  /** Another machine on the router's inner network, with this address there. */
  join(machine: string, address: string): Promise<void>
  /** The name of a machine's namespace, for `ip netns exec`. */
  spaceOf(machine: string): string
}

export interface Network extends Machines, AsyncDisposable {
  /** A folder for the front of the PATH: these programs run on that machine, whoever calls them. */
  pathTo(machine: string, programs: readonly string[]): Promise<string>
}

const prefix = 'hearthwarden-test'

const ip = (...words: readonly string[]) => execa('ip', words)

/** The machines that a process with this number has made: also for a program that runs on one of them. */
export function machinesOf(pid: number): Machines & { readonly running: readonly ChildProcess[] } {
  const running: ChildProcess[] = []
  const spaceOf = (machine: string) => `${prefix}-${pid}-${machine}`
  return {
    running,
    spaceOf,
    async run(machine, program, ...args) {
      const words = ['netns', 'exec', spaceOf(machine), program, ...args]
      return (await execa('ip', words, { timeout: 60_000 })).stdout
    },
    start(machine, program, ...args) {
      const started = spawn('ip', ['netns', 'exec', spaceOf(machine), program, ...args], { stdio: 'ignore' })
      running.push(started)
      return started
    },
    async join(machine, address) {
      const link = `lan-${machine}`.slice(0, 15)
      await add(spaceOf(machine))
      await connect(spaceOf(machine), spaceOf('router'), link)
      await ip('-n', spaceOf('router'), 'link', 'set', link, 'master', 'lan')
      await give(spaceOf(machine), 'eth0', `${address}/24`, `2001:db8:77::${address.split('.').at(-1)}/64`)
      await ip('-n', spaceOf(machine), 'route', 'add', 'default', 'via', '192.168.77.1')
      await ip('-n', spaceOf(machine), '-6', 'route', 'add', 'default', 'via', '2001:db8:77::1')
    },
  }
}

async function add(space: string): Promise<void> {
  await ip('netns', 'add', space)
  await ip('-n', space, 'link', 'set', 'lo', 'up')
}

/** A cable: `eth0` here, and an end with that name there. */
async function connect(space: string, other: string, name: string): Promise<void> {
  const link = `hw${randomBytes(5).toString('hex')}`
  await ip('link', 'add', link, 'netns', space, 'type', 'veth', 'peer', 'name', name, 'netns', other)
  await ip('-n', space, 'link', 'set', link, 'name', 'eth0')
  await ip('-n', space, 'link', 'set', 'eth0', 'up')
  await ip('-n', other, 'link', 'set', name, 'up')
}

async function give(space: string, link: string, ...addresses: readonly string[]): Promise<void> {
  for (const one of addresses)
    await ip('-n', space, 'address', 'add', one, 'dev', link, ...(one.includes(':') ? ['nodad'] : []))
}

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
  const machines = machinesOf(process.pid)
  const { run, spaceOf } = machines
  const folders: string[] = []

  const close = async () => {
    for (const program of machines.running) program.kill('SIGKILL')
    await removeAll(process.pid)
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }

  try {
    await add(spaceOf('router'))
    await ip('-n', spaceOf('router'), 'link', 'add', 'lan', 'type', 'bridge')
    await ip('-n', spaceOf('router'), 'link', 'set', 'lan', 'up')
    await give(spaceOf('router'), 'lan', '192.168.77.1/24', '2001:db8:77::1/64')
    await add(spaceOf('server'))
    await connect(spaceOf('server'), spaceOf('router'), 'wan')
    await give(spaceOf('router'), 'wan', '203.0.113.2/24', '2001:db8:ffff::2/64')
    await give(spaceOf('server'), 'eth0', '203.0.113.80/24', '2001:db8:ffff::80/64')
    await ip('-n', spaceOf('server'), '-6', 'route', 'add', '2001:db8:77::/64', 'via', '2001:db8:ffff::2')
    for (const [machine, at] of Object.entries(home)) await machines.join(machine, at)
    for (const setting of [
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
      `net.netfilter.nf_conntrack_acct=${accounting ? 1 : 0}`,
    ])
      await run('router', 'sysctl', '-qw', setting)
    await run('router', 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-o', 'wan', '-j', 'MASQUERADE')
    // A rule that asks for a connection's state is what has the kernel follow connections of IPv6.
    for (const chain of ['FORWARD', 'INPUT'])
      await run('router', 'ip6tables', '-A', chain, '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP')
  } catch (error) {
    await close()
    throw error
  }

  return {
    ...machines,
    async pathTo(machine, programs) {
      const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-path-'))
      folders.push(folder)
      for (const program of programs) {
        const real = find(program)
        if (real === false) throw new Error(`${program} is not here`)
        const script = `#!/bin/sh\nexec ${find('ip')} netns exec ${spaceOf(machine)} ${real} "$@"\n`
        await writeFile(join(folder, program), script, { mode: 0o755 })
      }
      return folder
    },
    [Symbol.asyncDispose]: close,
  }
}

/** Removes what tests that were killed have left: the namespaces of processes that are gone, with what runs there. */
async function sweep(): Promise<void> {
  const pids = (await spaces()).map((name) => Number(new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1]))
  for (const pid of new Set(pids)) if (pid && !isAlive(pid)) await removeAll(pid)
}

async function removeAll(pid: number): Promise<void> {
  for (const name of await spaces()) {
    if (!name.startsWith(`${prefix}-${pid}-`)) continue
    await endAll(name)
    await execa('ip', ['netns', 'delete', name], { reject: false })
  }
}

/** Ends what still runs in a namespace: without its name it would run on, where nobody finds it. */
async function endAll(space: string): Promise<void> {
  const { stdout } = await execa('ip', ['netns', 'pids', space], { reject: false })
  for (const pid of (stdout ?? '').split('\n').map(Number))
    if (pid > 0 && isAlive(pid)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch (error) {
        if (codeOf(error) !== 'ESRCH') throw error // it ended at the same moment
      }
    }
}

function spaces(): Promise<string[]> {
  return readdir('/run/netns').catch(() => [])
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // gone, or another's
  }
}
