import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { codeOf } from '../../src/core/errors.ts'
import { freePort } from '../bridges/mosquitto.ts'
import { until } from '../daemon.ts'
import { buildCore, mounts, quoted } from './build.ts'
import { addIntegrations, onboard, type Person } from './onboard.ts'
import { openWire, type Wire } from './wire.ts'

/** A real Home Assistant Core on loopback, with a person in it and all that `test_home` has. */
export interface Core extends Person {
  /** What to give the program: `homeassistant.address` and `homeassistant.token`. */
  readonly homeassistant: { readonly address: string; readonly token: string }
  /** A connection of the test's own, opened anew after a restart. */
  wire(): Promise<Wire>
  /** What it has logged, without what it says of itself. */
  log(): Promise<string>
  /** What speakers, voice and model were asked to do, oldest first. */
  recorded(): Promise<readonly Recorded[]>
  /** Sets what an entity of `test_home` does from now on. */
  set(entity: string, state: string): Promise<void>
  /** Ends it as a machine that shuts down does, and starts it again with what it knows. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const recordedSchema = z.looseObject({ entity: z.string() })
/** One line of what `test_home` writes down. */
export type Recorded = z.infer<typeof recordedSchema>

/** Starts one with nothing in it but the broker, if one is given, and `test_home`. */
export async function startCore({
  brokerPort,
  parts = [],
  environment = {},
}: {
  brokerPort?: number
  /** What of Home Assistant's own is there beside what every test needs, such as `history`. */
  parts?: readonly string[]
  environment?: Readonly<Record<string, string>>
} = {}): Promise<Core> {
  const root = await buildCore()
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-core-'))
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  await writeConfiguration(folder, { port, parts })
  let running = await run(root, folder, environment)
  const kill = () => running.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    await end(running)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await answers(address, folder)
    const person = await onboard(address)
    await addIntegrations(person, { brokerPort })
    const { token } = person
    return {
      ...person,
      homeassistant: { address, token },
      wire: () => openWire(address, token),
      log: () => readFile(join(folder, 'core.log'), 'utf8'),
      recorded: async () => toLines(await readFile(join(folder, 'test_home.jsonl'), 'utf8').catch(absent)),
      async set(entity, state) {
        await person.post('/api/services/test_home/set', { entity, state })
      },
      async restart() {
        await end(running)
        running = await run(root, folder, environment)
        await answers(address, folder)
        await person.isRunning()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function writeConfiguration(
  folder: string,
  { port, parts }: { port: number; parts: readonly string[] },
): Promise<void> {
  await mkdir(join(folder, '.storage'))
  await mkdir(join(folder, 'custom_components'))
  const integration = new URL('test_home', import.meta.url)
  await cp(integration, join(folder, 'custom_components', 'test_home'), { recursive: true })
  const values = {
    homeassistant: {
      name: 'Test',
      time_zone: 'UTC',
      unit_system: 'metric',
      country: 'US',
      internal_url: `http://127.0.0.1:${port}`,
    },
    http: { server_host: '127.0.0.1', server_port: port },
    ...{ api: {}, websocket_api: {}, config: {}, media_source: {}, tts: {}, mobile_app: {} },
    ...Object.fromEntries(parts.map((part) => [part, {}])),
    logger: { default: 'warning', logs: { 'homeassistant.components.mqtt': 'info' } },
  }
  // JSON is YAML.
  const text = JSON.stringify({ ...values, automation: 'AUTOMATIONS' })
  await writeFile(
    join(folder, 'configuration.yaml'),
    text.replace('"AUTOMATIONS"', '!include automations.yaml'),
  )
  await writeFile(join(folder, 'automations.yaml'), '[]')
  // This step would add a radio, a weather service and a voice, all of them on the internet.
  const onboarding = { version: 4, minor_version: 1, key: 'onboarding', data: { done: ['core_config'] } }
  await writeFile(join(folder, '.storage', 'onboarding'), JSON.stringify(onboarding))
}

/** In a mount and process namespace of its own, so that nothing is left when it is killed. */
async function run(
  root: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const start = `${mounts(root)}; mount --bind ${quoted(folder)} ${quoted(root)}/cfg; exec chroot ${quoted(root)} /opt/hass/bin/hass -c /cfg`
  const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', start], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => appendFileSync(join(folder, 'core.log'), chunk))
  await once(child, 'spawn')
  return child
}

/** As a machine that shuts down ends it, so that it saves what it knows; after 20 s by force. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const inside = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(absent)
  for (const pid of inside.split(' ').map(Number).filter(Boolean)) process.kill(pid, 'SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(force)
}

function answers(address: string, folder: string): Promise<true> {
  return until(
    async () => {
      const answer = await fetch(`${address}/api/onboarding`).catch(() => undefined)
      return answer === undefined ? undefined : true
    },
    { seconds: 90, what: () => `Home Assistant at ${address}; its log is in ${folder}` },
  )
}

function toLines(text: string): Recorded[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => recordedSchema.parse(JSON.parse(line)))
}

function absent(error: unknown): string {
  if (codeOf(error) !== 'ENOENT') throw error
  return ''
}
