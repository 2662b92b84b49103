import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import packageFile from '../package.json' with { type: 'json' }

/** The program as `npm start` runs it: with its flags and its compile cache. */
export interface Program {
  readonly pid: number
  readonly address: string
  readonly token: string
  /** Milliseconds from start to the first answer. */
  readonly firstAnswer: number
  get<T>(path: string): Promise<T>
  /** Resident memory now and at its highest, and how much of it now is its own (not mapped program text), in MiB. */
  memory(): { now: number; highest: number; own: number }
  /** Seconds of CPU that it took so far: all its threads, and the one that runs JavaScript. */
  cpu(): { all: number; main: number }
  stop(): Promise<void>
}

const flags = (/exec node (.*) src\/main\.ts/.exec(packageFile.scripts.start)?.[1] ?? '').split(' ')

/** Starts the program over a folder, with these options, and waits for its first answer. */
export async function startProgram(folder: string, options: object): Promise<Program> {
  const file = join(folder, 'options.bench.json')
  await writeFile(
    file,
    JSON.stringify({
      api: { port: 0 },
      ...options,
      collectors: { nmap: { enabled: false }, ...Object(options)['collectors'] },
    }),
  )
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [...flags, 'src/main.ts', '--data', join(folder, 'data'), '--config', file],
    {
      env: { ...process.env, MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: 'node_modules/.cache/compile' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let link: RegExpExecArray | null = null
  while (link === null) {
    if (child.exitCode !== null) throw new Error(output)
    link = /Open (http:\/\/\S+)\/\?token=(\S+)/.exec(output)
    if (link === null) await timers.setTimeout(5)
  }
  const [, address = '', token = ''] = link
  while (!(await fetch(`${address}/health`)).ok) await timers.setTimeout(5)
  const firstAnswer = performance.now() - began
  const pid = child.pid ?? 0
  return {
    pid,
    address,
    token,
    firstAnswer,
    async get(path) {
      const answer = await fetch(`${address}${path}`, { headers: { Authorization: `Bearer ${token}` } })
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
      return answer.json()
    },
    memory() {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const of = (name: string) =>
        Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)
      return { now: of('VmRSS'), highest: of('VmHWM'), own: of('RssAnon') }
    },
    cpu: () => ({ all: cpuSeconds(`/proc/${pid}/stat`), main: cpuSeconds(`/proc/${pid}/task/${pid}/stat`) }),
    async stop() {
      child.kill('SIGTERM')
      while (child.exitCode === null && child.signalCode === null) await timers.setTimeout(10)
    },
  }
}

/** Bytes that a process made the disk write so far. */
export function writtenBytes(pid: number | 'self'): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0)
}

/** Of user and system together; the kernel counts hundredths of a second. */
function cpuSeconds(file: string): number {
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
