import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import * as z from 'zod'
import type { Severity } from '../../src/core/severity.ts'
import { type Daemon, makeFolder, startDaemon, until } from '../daemon.ts'
import type { Core } from './core.ts'

/** A name on the threat list: who asks for it has a high alert at once. */
export const bad = 'evil-control.example'

/** As the API gives it; what these tests look at. */
export interface AlertRow {
  readonly id: string
  readonly device: string
  readonly deviceName: string
  readonly severity: Severity
  readonly status: string
}

/** The program over a log that the test writes, beside a real Core. */
export interface TestHouse {
  readonly daemon: Daemon
  /** A device asks for a name that is on the threat list. */
  attack(address: string, name?: string): Promise<void>
  /** The newest alert about the device that goes by this name, once it is there. */
  alertOf(address: string): Promise<AlertRow>
  /** Ends the program and starts it again over its data. */
  restart(): Promise<void>
}

type Options = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Starts the program beside this Core; it is ended after the test. */
export async function startHouse(
  t: Pick<TestContext, 'after'>,
  core: Core,
  options: Options = {},
): Promise<TestHouse> {
  const folder = await makeFolder(t)
  const [log, list] = [join(folder, 'dnsmasq.log'), join(folder, 'bad.txt')]
  const sensor = join(folder, 'sys', 'class', 'hwmon', 'hwmon0')
  await mkdir(sensor, { recursive: true })
  await Promise.all([
    writeFile(log, ''),
    writeFile(list, `${bad}\n`),
    writeFile(join(sensor, 'name'), 'disk\n'),
    writeFile(join(sensor, 'temp1_input'), '48250\n'),
  ])
  const given = {
    homeassistant: core.homeassistant,
    intel: { lists: [{ name: 'bad', file: list }] },
    triage: { enabled: false },
    ...options,
    collectors: {
      'pihole-log': { file: log },
      temperature: { sysfs: join(folder, 'sys') },
      neighbours: { enabled: false },
      nmap: { enabled: false },
      ...options['collectors'],
    },
  }
  const start = async () => {
    const daemon = await startDaemon(folder, given)
    t.after(() => daemon.kill())
    const loops = ['collect/pihole-log', 'detect/threat-intel', 'maintain']
    for (const loop of loops) await stateOf(daemon, loop, 'ok')
    return daemon
  }
  let daemon = await start()
  return {
    get daemon() {
      return daemon
    },
    attack: (address, name = bad) => appendFile(log, asked(name, address)),
    alertOf: (address) =>
      until(
        async () =>
          (await daemon.get<AlertRow[]>('/api/alerts')).find(({ deviceName }) => deviceName === address),
        { seconds: 10, what: () => `the alert about ${address}: ${daemon.output()}` },
      ),
    async restart() {
      await daemon.stop()
      daemon = await start()
    },
  }
}

const status = z.object({
  state: z.object({
    health: z.array(z.object({ loop: z.string(), state: z.string(), reason: z.string().optional() })),
  }),
})

/** Waits until a loop is in that state; gives what it says. */
export function stateOf(daemon: Daemon, loop: string, state: string): Promise<string> {
  return until(
    async () => {
      const { health } = status.parse(await daemon.get('/api/status')).state
      const row = health.find((each) => each.loop === loop)
      return row?.state === state ? (row.reason ?? '') : undefined
    },
    { seconds: 30, what: () => `${loop} to be ${state}: ${daemon.output()}` },
  )
}

/** What dnsmasq writes now about a device that asked for a name. */
export function asked(name: string, from: string): string {
  const now = new Date()
  const stamp = `${now.toString().slice(4, 10).replace(' 0', '  ')} ${now.toTimeString().slice(0, 8)}`
  return `${stamp} dnsmasq[1]: query[A] ${name} from ${from}\n`
}

/** The lines of the program's log. */
export function logged(daemon: Daemon): string[] {
  return daemon
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
}
