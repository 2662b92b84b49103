import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { find } from '../partners.ts'

export interface Mosquitto {
  readonly port: number
  /** What to set as bridges.mqtt.address. */
  readonly address: string
  /** As a power cut ends it: what was retained is gone. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Ends it for good. */
  close(): Promise<void>
}

/** A real broker on loopback. With a user, it lets nobody else in. */
export async function startMosquitto({
  port: wanted,
  user,
}: { port?: number; user?: { name: string; password: string } } = {}): Promise<Mosquitto> {
  const program = find('mosquitto')
  if (program === false) throw new Error('mosquitto is not installed')
  const port = wanted ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  const file = join(folder, 'mosquitto.conf')
  const lines = [
    `listener ${port} 127.0.0.1`,
    'persistence false',
    'log_dest stderr',
    'log_type all',
    'user root',
  ]
  if (user) {
    const passwords = join(folder, 'passwords')
    const tool = find('mosquitto_passwd')
    if (tool === false) throw new Error('mosquitto_passwd is not installed')
    await promisify(execFile)(tool, ['-b', '-c', passwords, user.name, user.password])
    await chmod(passwords, 0o600)
    lines.push('allow_anonymous false', `password_file ${passwords}`)
  } else lines.push('allow_anonymous true')
  await writeFile(file, lines.join('\n'))

  let ending = async (): Promise<void> => undefined
  async function start(): Promise<void> {
    const child = spawn(program.toString(), ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'exit')
    ending = async () => {
      child.kill('SIGKILL')
      await ended
    }
    for await (const line of createInterface(child.stderr))
      if (/mosquitto version \S+ running/.test(line)) break
    child.stderr.resume()
  }
  await start()
  return {
    port,
    address: `mqtt://127.0.0.1:${port}`,
    kill: async () => ending(),
    start,
    async close() {
      await ending()
      await rm(folder, { recursive: true })
    },
  }
}

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
