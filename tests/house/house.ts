import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mosquitto, startMosquitto } from '../bridges/mosquitto.ts'
import { type Reader, startReader } from '../bridges/reader.ts'
import { type Daemon, startDaemon, until } from '../daemon.ts'
import { type HomeDouble, startHomeDouble } from '../homeassistant/home-double.ts'
import { machinesOf, type Machines } from '../network.ts'
import { type DiscordDouble, startDiscordDouble } from '../notifiers/discord-double.ts'
import { find } from '../partners.ts'
import { startSshd, type Sshd } from './server.ts'

/** Who lives here, and where. */
export const home = {
  laptop: '192.168.77.21',
  camera: '192.168.77.22',
  phone: '192.168.77.23',
  tv: '192.168.77.24',
  recorder: '192.168.77.25',
} as const
export type Inhabitant = keyof typeof home

/** A name on the threat list. */
export const bad = 'evil-control.example'
/** An address on it: of the internet, and nobody is there. */
export const badAddress = '203.0.113.66'

export interface Alert {
  readonly id: string
  readonly device: string
  readonly severity: string
  readonly status: string
  readonly title: string
}

export interface Story {
  readonly alert: Alert & {
    readonly signals: readonly {
      readonly detector: string
      readonly summary: string
      readonly target?: string
      readonly evidence: Readonly<Record<string, unknown>>
    }[]
  }
  readonly story: readonly { readonly at: string; readonly what: string }[]
}

/** A whole home, as it is seen from its router, on which the program runs. */
export interface House extends AsyncDisposable {
  readonly folder: string
  readonly machines: Machines
  readonly daemon: Daemon
  readonly discord: DiscordDouble
  readonly speakers: HomeDouble
  readonly broker: Mosquitto
  readonly reader: Reader
  readonly sshd: Sshd
  /** A machine asks the router's name server. */
  ask(machine: string, ...names: readonly string[]): Promise<void>
  /** The alert about the machine with this address that holds a signal of that detector, once it is there. */
  alertOf(address: string, detector: string): Promise<Story>
  /** Waits until Discord shows a message with these words in it. */
  told(words: string): Promise<void>
}

export interface HouseOptions {
  readonly options?: Readonly<Record<string, unknown>>
  /** What is done to the data folder before the program starts. */
  readonly before?: (data: string) => Promise<void>
}

/** Opens it on the router's namespace, where this must run; `pid` made the network. */
export async function openHouse(pid: number, { options = {}, before }: HouseOptions = {}): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-house-'))
  const machines = machinesOf(pid)
  const ends: (() => unknown)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
    () => machines.running.map((child) => child.kill('SIGKILL')),
  ]
  const close = async () => {
    for (const end of ends.toReversed()) await end()
  }
  const start = (program: string, ...args: readonly string[]) => {
    const child: ChildProcess = spawn(find(program) || program, args, { stdio: 'ignore' })
    ends.push(() => child.kill('SIGKILL'))
  }
  try {
    const log = join(folder, 'dnsmasq.log')
    await Promise.all([writeFile(log, ''), writeFile(join(folder, 'bad.txt'), `${bad}\n${badAddress}\n`)])
    // The internet: every name of `example` is the one web server, names below `net` do not exist.
    machines.start(
      'server',
      find('dnsmasq') || 'dnsmasq',
      ...nameServer('address=/example/203.0.113.80', 'local=/net/'),
    )
    machines.start('server', process.execPath, '-e', webServer)
    start(
      'dnsmasq',
      ...nameServer(
        'interface=lan',
        'bind-interfaces',
        'server=203.0.113.80',
        'log-queries',
        `log-facility=${log}`,
      ),
    )
    const [speakers, discord, broker] = await Promise.all([
      startHomeDouble(),
      startDiscordDouble(),
      startMosquitto(),
    ])
    ends.push(
      () => speakers.close(),
      () => discord.close(),
      () => broker.close(),
    )
    const reader = await startReader(broker.address)
    ends.push(() => reader.close())
    const sshd = await startSshd(folder, machines)
    ends.push(() => sshd.close())
    const data = join(folder, 'data')
    await mkdir(data)
    await before?.(data)
    const daemon = await startDaemon(folder, {
      house: { learning: 'off' },
      homeassistant: { address: speakers.address, token: 'long-lived-token' },
      notifiers: { discord: { webhook: discord.webhook }, speech: { speakers: ['media_player.kitchen'] } },
      bridges: { mqtt: { address: broker.address } },
      intel: { lists: [{ name: 'bad', file: join(folder, 'bad.txt') }] },
      triage: { enabled: false },
      detectors: { 'new-device': { settle: 0 } },
      ...options,
      collectors: {
        'pihole-log': { file: log },
        'auth-log': { file: sshd.log },
        syslog: { enabled: false },
        temperature: { enabled: false },
        conntrack: { open: 10 },
        nmap: { targets: ['192.168.77.0/26'], which: '22,23,80,445', versions: false, rate: 2000 },
        ping: { enabled: false },
        ...(typeof options['collectors'] === 'object' && options['collectors']),
      },
    })
    ends.push(() => daemon.kill())
    const house: House = {
      ...{ folder, machines, daemon, discord, speakers, broker, reader, sshd },
      ask: async (machine, ...names) => {
        await machines.run(machine, process.execPath, '-e', ask(names))
      },
      alertOf: (address, detector) => alertOf(daemon, address, detector),
      async told(words) {
        await until(() => (JSON.stringify(discord.messages()).includes(words) ? true : undefined), {
          seconds: 20,
          what: () => `“${words}” on Discord; ${JSON.stringify(discord.messages())}; ${daemon.output()}`,
        })
      },
      [Symbol.asyncDispose]: close,
    }
    for (const loop of [
      'collect/pihole-log',
      'collect/auth-log',
      'collect/conntrack',
      'bridge/mqtt',
      'maintain',
    ])
      await isWell(daemon, loop)
    // The name servers are there when a name has come all the way into the log.
    await until(
      async () => {
        await house.ask('laptop', 'ready.example')
        return (await readFile(log, 'utf8')).includes('ready.example is 203.0.113.80') ? true : undefined
      },
      { seconds: 20, what: () => 'a name server' },
    )
    return house
  } catch (error) {
    await close()
    throw error
  }
}

function nameServer(...settings: readonly string[]): string[] {
  const base = [
    'keep-in-foreground',
    'conf-file=/dev/null',
    'no-resolv',
    'no-hosts',
    'pid-file=',
    'user=root',
  ]
  return [...base, ...settings].map((setting) => `--${setting}`)
}

/** Answers every page with some text, and takes whatever it is sent. */
const webServer = `require('node:http').createServer((asked, answer) => { asked.resume(); asked.on('end', () => answer.end('welcome')) }).listen(80, '::')`

function ask(names: readonly string[]): string {
  return `const { Resolver } = require('node:dns/promises')
const resolver = new Resolver({ timeout: 2000, tries: 1 })
resolver.setServers(['192.168.77.1'])
Promise.allSettled(${JSON.stringify(names)}.map((name) => resolver.resolve4(name)))`
}

/** The alert about the machine with this address that holds a signal of that detector, once it is there. */
export async function alertOf(daemon: Daemon, address: string, detector: string): Promise<Story> {
  let last: unknown
  return until(
    async () => {
      const devices = await daemon.get<{ id: string; addresses: string[] }[]>('/api/devices')
      const device = devices.find(({ addresses }) => addresses.includes(address))?.id
      const alerts = await daemon.get<Alert[]>('/api/alerts')
      last = { alerts, device }
      for (const { id } of alerts.filter((alert) => alert.device === device)) {
        const story = await daemon.get<Story>(`/api/alerts/${id}`)
        // The signal may have joined while the story was put together: told anew, it is whole.
        if (story.alert.signals.some((signal) => signal.detector === detector))
          return daemon.get<Story>(`/api/alerts/${id}`)
      }
      return undefined
    },
    {
      seconds: 60,
      what: () => `an alert of ${detector} about ${address}: ${JSON.stringify(last)}; ${daemon.output()}`,
    },
  )
}

/** Waits until a loop is well. */
export function isWell(daemon: Daemon, loop: string): Promise<true> {
  return until(
    async () => {
      const { state } = await daemon.get<{ state: { health: { loop: string; state: string }[] } }>(
        '/api/status',
      )
      return state.health.find((row) => row.loop === loop)?.state === 'ok' ? true : undefined
    },
    { seconds: 30, what: () => `${loop} to be well: ${daemon.output()}` },
  )
}
