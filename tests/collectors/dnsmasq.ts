import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { find } from '../partners.ts'

/** A dnsmasq on loopback, for as long as the test needs it. */
export interface Dnsmasq extends AsyncDisposable {
  readonly port: number
  /** Asks it; what it refuses is no error here. */
  ask(name: string, type: string): Promise<void>
  /** Makes it open its log file anew, and waits until it has. */
  reopen(): Promise<void>
}

/** Starts a dnsmasq that answers from these settings alone and logs to this file, and waits until it answers. */
export async function startDnsmasq(log: string, settings: readonly string[], tries = 3): Promise<Dnsmasq> {
  const port = await freePort()
  appendFileSync(log, '')
  const base = `keep-in-foreground conf-file=/dev/null no-resolv pid-file= bind-interfaces listen-address=127.0.0.1`
  const user = `user=${userInfo().username}`
  const args = [...base.split(' '), user, `port=${port}`, `log-facility=${log}`, ...settings]
  const child = spawn(
    find('dnsmasq') || 'dnsmasq',
    args.map((arg) => `--${arg}`),
    { stdio: 'ignore' },
  )
  const ended = once(child, 'exit')
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  await until(() => child.exitCode !== null || readFileSync(log, 'utf8').includes('started, version'))
  // Another program was quicker at the port.
  if (child.exitCode !== null && tries > 1) return startDnsmasq(log, settings, tries - 1)
  return {
    port,
    ask: (name, type) =>
      resolver.resolve(name, type).then(
        () => undefined,
        () => undefined,
      ),
    async reopen() {
      await until(async () => {
        // Once more each time: it drops one that comes while it does something else.
        child.kill('SIGUSR2')
        await resolver.resolve('reopened.test', 'A').catch(() => undefined)
        return readFileSync(log, 'utf8').includes('query[A] reopened.test')
      })
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Waits at most 10 s for something to become true. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await setTimeout(10)) {
    if (await holds()) return
  }
  throw new Error(`not within 10 s: ${holds.toString()}`)
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
