import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { codeOf } from '../../src/core/errors.ts'
import { every } from '../../src/core/time.ts'
import { buildOllama } from './build.ts'
import { scriptedModel } from './model.ts'

export interface RealOllama {
  readonly address: string
  /** Name of the scripted model (`model.ts`), which it has. */
  readonly model: string
  /** Kills it at once, as a crash would, and removes what it had. */
  stop(): Promise<void>
}

/** A real Ollama server on loopback with the scripted model in it, built first when it must be. Port 0 is any free one. */
export async function startOllama({ port = 0 } = {}): Promise<RealOllama> {
  const program = await buildOllama()
  const home = await mkdtemp(join(tmpdir(), 'hearthwarden-ollama-'))
  const address = `http://127.0.0.1:${port === 0 ? await freePort() : port}`
  const server = execa(program, ['serve'], {
    env: { HOME: home, OLLAMA_HOST: address, OLLAMA_MODELS: join(home, 'models') },
    // a group of its own: the engine is a process below the server, and outlives one that is killed
    detached: true,
    reject: false,
    stdio: 'ignore',
  })
  const killAll = () => killGroup(server.pid)
  process.once('exit', killAll)
  const end = async () => {
    process.off('exit', killAll)
    killAll()
    await server
    await rm(home, { recursive: true, force: true })
  }
  let ended: Promise<void> | undefined
  const stop = () => (ended ??= end())
  try {
    await answers(address)
    await addModel(address, 'scripted')
  } catch (error) {
    await stop()
    throw error
  }
  return { address, model: 'scripted', stop }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

async function answers(address: string): Promise<void> {
  const stop = AbortSignal.timeout(30_000)
  for await (const _ of every(100, stop)) {
    const response = await fetch(`${address}/api/version`, { signal: stop }).catch(() => undefined)
    if (response?.ok === true) return
  }
  throw new Error('Ollama did not start within 30 s')
}

async function addModel(address: string, model: string): Promise<void> {
  const file = scriptedModel()
  const digest = `sha256:${createHash('sha256').update(file).digest('hex')}`
  const template = '{{ range .Messages }}<|{{ .Role }}|>\n{{ .Content }}\n{{ end }}<|assistant|>\n'
  await post(`${address}/api/blobs/${digest}`, new Uint8Array(file))
  await post(
    `${address}/api/create`,
    JSON.stringify({ model, files: { 'scripted.gguf': digest }, template, stream: false }),
  )
}

async function post(address: string, body: Uint8Array<ArrayBuffer> | string): Promise<void> {
  const response = await fetch(address, { method: 'POST', body, signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`${address} says ${response.status}: ${await response.text()}`)
}

/** A port of loopback that is free now. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise((closed) => server.close(closed))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
