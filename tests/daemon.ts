import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import timers from 'node:timers/promises'

/** The program as a user starts it: a process of its own over a data folder of its own. */
export interface Daemon {
  readonly address: string
  readonly token: string
  /** All that it has written, standard error too. */
  output(): string
  /** Asks its API; throws on any other answer than 200. */
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: unknown): Promise<T>
  /** SIGTERM; gives the exit code and how many milliseconds it took. */
  stop(): Promise<{ code: number | null; milliseconds: number }>
  /** SIGKILL. */
  kill(): Promise<void>
  readonly process: ChildProcess
}

/** A data folder that is removed after the test. */
export async function makeFolder(t: { after(end: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** Starts the program with these options and waits until its page answers; port 0 unless the options say otherwise. */
export async function startDaemon(
  folder: string,
  options: Readonly<Record<string, unknown>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  const file = join(folder, 'options.test.json')
  // No test looks at the network that it happens to run in.
  const away = { nmap: { enabled: false }, conntrack: { enabled: false } }
  const collectors = { ...away, ...Object(options['collectors']) }
  await writeFile(file, JSON.stringify({ api: { port: 0 }, ...options, collectors }))
  const child = spawn(process.execPath, ['src/main.ts', '--data', join(folder, 'data'), '--config', file], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const link = await until(
    () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output}`)
      return /Open (http:\/\/\S+)\/\?token=(\S+)/.exec(output) ?? undefined
    },
    { seconds: 20, what: () => `the link to the page; so far: ${output}` },
  )
  const [, address = '', token = ''] = link
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${address}${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  return {
    address,
    token,
    process: child,
    output: () => output,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    async stop() {
      const began = performance.now()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      return { code: child.exitCode, milliseconds: performance.now() - began }
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** Looks until there is something, each 20 ms, for so many seconds at most. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { seconds, what }: { seconds: number; what: () => string },
): Promise<T> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what()}`)
    await timers.setTimeout(20)
  }
}
