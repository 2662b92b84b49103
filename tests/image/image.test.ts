import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { after, before, suite, test } from 'node:test'
import { execa } from 'execa'
import * as z from 'zod'
import { buildah, makeBase, withoutBuilder } from './base.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const version = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(`${project}/package.json`, 'utf8'))).version
const image = 'localhost/hearthwarden:test'

suite('the image', { skip: withoutBuilder() }, () => {
  let container = ''

  /** What a command inside the container says; it must end well. */
  const inside = async (...command: string[]) => {
    const { stdout } = await execa(
      'buildah',
      [...buildah, 'run', '--isolation', 'chroot', container, '--', ...command],
      { timeout: 60_000 },
    )
    return stdout
  }

  before(
    async () => {
      const base = await makeBase()
      await execa(
        'buildah',
        [
          ...buildah,
          ...['bud', '--isolation', 'chroot', '--format', 'docker', '--pull=never', '--tag', image],
          ...['--build-arg', `BUILD_FROM=${base}`, '--build-arg', `BUILD_VERSION=${version}`],
          ...['--build-arg', 'BUILD_ARCH=amd64', '.'],
        ],
        { cwd: project, timeout: 900_000 },
      )
      container = (await execa('buildah', [...buildah, 'from', '--pull=never', image])).stdout.trim()
    },
    { timeout: 1_200_000 },
  )

  after(async () => {
    if (container) await execa('buildah', [...buildah, 'rm', container])
    await execa('buildah', [...buildah, 'rmi', image], { reject: false })
  })

  test('says what it is, and how its health is seen', async () => {
    const { stdout } = await execa('buildah', [...buildah, 'inspect', '--type', 'image', image])
    const { Docker } = z
      .object({
        Docker: z.object({
          config: z.object({
            Labels: z.record(z.string(), z.string()),
            Healthcheck: z.object({ Test: z.array(z.string()) }),
            Volumes: z.record(z.string(), z.unknown()),
            Cmd: z.array(z.string()),
          }),
        }),
      })
      .parse(JSON.parse(stdout))
    const { Labels, Healthcheck, Volumes, Cmd } = Docker.config
    assert.equal(Labels['io.hass.type'], 'app')
    assert.equal(Labels['io.hass.version'], version)
    assert.equal(Labels['io.hass.arch'], 'amd64')
    assert.deepEqual(Healthcheck.Test, ['CMD', 'node', 'addon/health.ts'])
    assert.deepEqual(Object.keys(Volumes), ['/data'])
    assert.equal(Cmd.at(-1), 'src/main.ts')
  })

  test('has every program that a collector starts, and nothing that only builds', async () => {
    for (const program of ['nmap', 'conntrack', 'ping', 'sensors', 'ip', 'journalctl', 'ssh'])
      assert.match(await inside('sh', '-c', `command -v ${program}`), /^\/usr\/s?bin\//, program)
    const packages = (await inside('ls', '/app/node_modules')).split('\n')
    assert.deepEqual(
      packages.filter((name) => /^(vite|typescript|oxlint|playwright-core|node-linux-.*)$/.test(name)),
      [],
    )
    assert.equal(packages.includes('@duckdb'), true)
    const entries = (await inside('ls', '-A', '/app')).split('\n')
    assert.deepEqual(
      entries.filter((name) => ['tests', 'bench', '.git', 'data'].includes(name)),
      [],
    )
    assert.equal(Number(await inside('sh', '-c', 'ls /app/cache/*/ | wc -l')) > 100, true, 'compiled before')
  })

  test('starts, watches, answers its health check, and ends well when it is told to', async () => {
    const said = await inside(
      'sh',
      '-c',
      `node src/main.ts >/tmp/said 2>&1 &
       for second in $(seq 30); do node addon/health.ts 2>/dev/null && break; sleep 1; done
       node addon/health.ts && echo healthy
       kill -TERM $! && wait $! && echo ended well
       cat /tmp/said`,
    )
    assert.match(said, /^healthy\nended well$/m)
    assert.match(said, /Hearthwarden is watching/)
    assert.doesNotMatch(said, /Unexpected/)
  })
})
