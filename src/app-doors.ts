import { randomBytes } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { daemonSchema } from './api/client.ts'
import { apiOptions } from './api/options.ts'
import { listen } from './api/server.ts'
import type { App } from './app.ts'
import { codeOf, ConfigError, UnavailableError } from './core/errors.ts'
import { selfInfo, type SupervisorAccess } from './homeassistant/supervisor.ts'
import type { Loop } from './pipeline/supervise.ts'

/** Where the Supervisor's ingress comes from. */
const gateway = '172.30.32.2'
const ingressPort = 8099

/** The doors that are open. */
export interface Doors {
  /** Carries the token: printed once, for the person who started the program. */
  readonly link: string
  readonly closed: Promise<void>
}

/** Opens the listener of this machine, behind a token, and tells the terminal where it is. Throws `ConfigError`. */
export async function openDoors(app: App): Promise<Doors> {
  const { start, api } = app
  const { host, port, hosts } = app.options('api', apiOptions)
  const token = await tokenOf(start.folder)
  app.addSecret(token)
  const access = { kind: 'token', token, hosts } as const
  const { now, stop } = start
  // Inside Home Assistant the page is reached through ingress; this door is the terminal's alone, on any free port.
  const place = start.supervisor ? { host: '127.0.0.1', port: 0 } : { host, port }
  const listener = await listen({ app: api, ...place, access, now, stop })
  const shown = listener.address.replace('127.0.0.1', 'localhost').replace('0.0.0.0', 'localhost')
  const daemon = { address: listener.address.replace('0.0.0.0', '127.0.0.1'), token }
  const file = join(start.folder, 'daemon.json')
  await writeFile(file, `${JSON.stringify(daemon)}\n`, { mode: 0o600 })
  await chmod(file, 0o600)
  return { link: `${shown}/?token=${token}`, closed: listener.closed }
}

/** The token of the run before, so that a browser that was let in stays in; a new one the first time. */
async function tokenOf(folder: string): Promise<string> {
  try {
    const saved: unknown = JSON.parse(await readFile(join(folder, 'daemon.json'), 'utf8'))
    const daemon = daemonSchema.safeParse(saved)
    if (daemon.success) return daemon.data.token
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && !(error instanceof SyntaxError)) throw error
  }
  return randomBytes(24).toString('base64url')
}

/** The loop that serves the page to Home Assistant's ingress: on the Supervisor's network, to its gateway alone. */
export function toIngressLoop({ api, start }: App, supervisor: SupervisorAccess): Loop {
  return {
    name: 'ingress',
    title: 'Page in Home Assistant',
    async run(turn) {
      const { ipAddress, ingressPort: port = ingressPort } = await selfInfo(supervisor, turn.stop)
      const access = { kind: 'gateway', address: gateway } as const
      const place = { app: api, host: ipAddress, port, access, now: start.now, stop: turn.stop }
      try {
        const { closed } = await listen(place)
        turn.ok()
        await closed
      } catch (error) {
        // No option says where this listens: nobody can help, and what is in the way may go by itself.
        throw error instanceof ConfigError ? new UnavailableError(error.message, { cause: error }) : error
      }
    },
  }
}
