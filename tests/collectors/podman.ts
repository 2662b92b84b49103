import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { until } from '../daemon.ts'
import { find, without } from '../partners.ts'

/** For a test's `skip`. */
export const lackingPodman =
  without('podman') ||
  without('runc') ||
  without('busybox') ||
  (process.getuid?.() !== 0 && 'needs root, to run containers')

/** A podman of a test's own, with one image in it, that speaks as Docker's engine does on a socket. */
export interface Podman extends AsyncDisposable {
  readonly socket: string
  /** Runs podman and waits for its end; throws when it fails. */
  run(...args: readonly string[]): Promise<string>
  /** Starts a container with this name: a command of busybox, and what podman is told besides. */
  start(name: string, command: readonly string[], ...settings: readonly string[]): Promise<void>
}

const image = 'box:1'
const busybox = find('busybox') || 'busybox'

/** Its containers, images and locks lie in a folder of their own: another podman on this machine knows nothing of it. */
export async function startPodman(): Promise<Podman> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-podman-'))
  const path = (name: string) => join(folder, name)
  const settings = [
    '[containers]',
    'netns = "none"',
    'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
    '[engine]',
    'runtime = "runc"',
    'cgroup_manager = "cgroupfs"',
    'events_logger = "file"',
    'lock_type = "file"',
    `tmp_dir = "${path('tmp')}"`,
  ]
  const storage = [
    '[storage]',
    'driver = "vfs"',
    `graphroot = "${path('root')}"`,
    `runroot = "${path('run')}"`,
  ]
  await Promise.all([
    writeFile(path('containers.conf'), `${settings.join('\n')}\n`),
    writeFile(path('storage.conf'), `${storage.join('\n')}\n`),
  ])
  const env = { CONTAINERS_CONF: path('containers.conf'), CONTAINERS_STORAGE_CONF: path('storage.conf') }
  const run = async (...args: readonly string[]) =>
    (await execa('podman', args, { env, timeout: 60_000, stdin: 'ignore' })).stdout
  let engine: ChildProcess | undefined
  const close = async () => {
    await run('rm', '--all', '--force', '--time', '0')
    if (engine?.kill()) await once(engine, 'exit')
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    await makeImage(path('image.tar'))
    await run('import', path('image.tar'), image)
    const socket = path('podman.sock')
    engine = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    await until(() => existsSync(socket) || undefined, { seconds: 20, what: () => 'the socket of podman' })
    return {
      socket,
      run,
      async start(name, command, ...more) {
        await run('run', '--detach', '--name', name, ...more, image, busybox, ...command)
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Busybox, with the libraries that it is linked to, as the files of an image. */
async function makeImage(file: string): Promise<void> {
  // Fails for one that is linked to none.
  const { stdout } = await execa('ldd', [busybox], { reject: false })
  await execa('tar', [
    '--create',
    '--dereference',
    '--file',
    file,
    busybox,
    ...(stdout.match(/\/\S+/g) ?? []),
  ])
}
