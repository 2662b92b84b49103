import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { until } from '../daemon.ts'
import { find, without } from '../partners.ts'

/** An engine of a test's own, with one image in it, that speaks as Docker's does on a socket. */
export interface Engine extends AsyncDisposable {
  readonly socket: string
  /** Runs a command of the engine's own program and waits for its end; throws when it fails. */
  run(...args: readonly string[]): Promise<string>
  /** Starts a container with this name: a command of busybox, and what the engine is told besides. */
  start(name: string, command: readonly string[], ...settings: readonly string[]): Promise<void>
  /** Removes a container at once, whatever it does. */
  remove(name: string): Promise<void>
}

export const image = 'box:1'
const busybox = find('busybox') || 'busybox'

const lacking =
  without('busybox') || without('runc') || (process.getuid?.() !== 0 && 'needs root, to run containers')
/** For a test's `skip`. */
export const lackingPodman = lacking || without('podman')
export const lackingDocker = lacking || without('dockerd', 'docker.io') || without('docker', 'docker.io')

/** Its containers, images and locks lie in a folder of their own: another podman on this machine knows nothing of it. */
export async function startPodman(): Promise<Engine> {
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
  await writeFile(path('containers.conf'), `${settings.join('\n')}\n`)
  await writeFile(path('storage.conf'), `${storage.join('\n')}\n`)
  const socket = path('podman.sock')
  return open(folder, {
    socket,
    program: 'podman',
    env: { CONTAINERS_CONF: path('containers.conf'), CONTAINERS_STORAGE_CONF: path('storage.conf') },
    remove: ['rm', '--force', '--time', '0'],
    service: ['podman', 'system', 'service', '--time=0', `unix://${socket}`],
  })
}

/** A Docker without networks, in a folder of its own. */
export async function startDocker(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-docker-'))
  const path = (name: string) => join(folder, name)
  const socket = path('docker.sock')
  const host = `unix://${socket}`
  return open(folder, {
    socket,
    program: 'docker',
    env: { DOCKER_HOST: host, DOCKER_CONFIG: folder },
    remove: ['rm', '--force'],
    service: [
      find('dockerd') || 'dockerd',
      ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs'],
      ...['--host', host, '--data-root', path('root'), '--exec-root', path('run'), '--pidfile', path('pid')],
    ],
  })
}

interface Opening {
  readonly socket: string
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  /** How containers are removed at once, whatever they do. */
  readonly remove: readonly string[]
  readonly service: readonly [string, ...string[]]
}

async function open(folder: string, { socket, program, env, remove, service }: Opening): Promise<Engine> {
  const run = async (...args: readonly string[]) =>
    (await execa(program, args, { env, timeout: 60_000, stdin: 'ignore' })).stdout
  const [file, ...words] = service
  const serving = spawn(file, words, { env: { ...process.env, ...env }, stdio: 'ignore' })
  const ended = once(serving, 'exit')
  const close = async () => {
    const ids = (await run('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '')
    if (ids.length > 0) await run(...remove, ...ids)
    serving.kill()
    await ended
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  try {
    await until(
      async () => (await execa(program, ['ps'], { env, reject: false })).exitCode === 0 || undefined,
      {
        seconds: 30,
        what: () => `${program} to answer`,
      },
    )
    const files = join(folder, 'image.tar')
    await makeImage(files)
    await run('import', files, image)
    return {
      socket,
      run,
      async start(name, command, ...settings) {
        await run(
          'run',
          '--detach',
          '--network=none',
          '--name',
          name,
          ...settings,
          image,
          busybox,
          ...command,
        )
      },
      async remove(name) {
        await run(...remove, name)
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
