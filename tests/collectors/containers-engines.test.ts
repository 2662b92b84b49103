import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type * as z from 'zod'
import containers from '../../src/collectors/containers.ts'
import { until } from '../daemon.ts'
import { collect } from './collecting.ts'
import { type Engine, image, lackingDocker, lackingPodman, startDocker, startPodman } from './engines.ts'

/** Real engines, that speak Docker's language, and real containers on them. */

const alive = ['sleep', '1000']

/** Ends so when it is sent the signal. */
const onSignal = (signal: string, code: number) => [
  'sh',
  '-c',
  `trap 'exit ${code}' ${signal}; while :; do busybox sleep 0.05; done`,
]

type Cursor = z.infer<typeof containers.cursor>

async function look({ socket }: Engine, names: readonly string[] = [], cursor?: Cursor) {
  const options = containers.options.parse({ socket, names })
  const { observations, cursor: next } = await collect(containers, { options, cursor })
  const seen = observations.flatMap((one) => (one.kind === 'container' ? [one] : []))
  return {
    seen: seen.map(({ name, state, exitCode }) => [name, state, exitCode].join(' ').trim()).toSorted(),
    found: (name: string) => seen.find((one) => one.name === name),
    next,
  }
}

/** The containers that podman has noted to have been stopped by order, as its own program tells, sorted. */
async function stopsNoted(engine: Engine): Promise<string[]> {
  const names = await engine.run(
    'events',
    '--stream=false',
    '--filter',
    'event=stop',
    '--format',
    '{{.Name}}',
  )
  return names
    .split('\n')
    .filter((one) => one !== '')
    .toSorted()
}

for (const [name, skip, start] of [
  ['podman', lackingPodman, startPodman],
  ['docker', lackingDocker, startDocker],
] as const)
  suite(`containers of ${name}`, { skip }, () => {
    let engine: Engine
    before(async () => (engine = await start()))
    after(async () => engine?.[Symbol.asyncDispose]())

    test('run, are stopped, end by a fault, and are told of as they are', async () => {
      await engine.start('deaf', alive)
      await engine.start('polite', onSignal('TERM', 143))
      await engine.start('faulty', onSignal('USR1', 3))
      await engine.start('held', alive)
      await engine.start('ended', ['true'])
      await engine.run('create', '--name', 'never', image, 'true')
      await engine.run('pause', 'held')
      await engine.run('wait', 'ended')
      const { seen, next } = await look(engine)
      assert.deepEqual(seen, ['deaf running', 'faulty running', 'held paused', 'polite running'])
      await engine.run('stop', '--time', '1', 'deaf')
      await engine.run('stop', '--time', '5', 'polite')
      await engine.run('kill', '--signal', 'USR1', 'faulty')
      await engine.run('wait', 'faulty')
      const later = await look(engine, [], next)
      assert.deepEqual(later.seen, ['deaf stopped 137', 'faulty stopped 3', 'polite stopped 143'])
      const isOrdered = (one: string) => later.found(one)?.ordered === true
      // Podman notes only now and then that it was told to: what it has noted is known here, and no more.
      const noted = name === 'docker' ? ['deaf', 'polite'] : await stopsNoted(engine)
      assert.deepEqual(['deaf', 'faulty', 'polite'].filter(isOrdered), noted)
      assert.deepEqual((await look(engine, [], later.next)).seen, [])
      assert.deepEqual((await look(engine, ['never', 'nobody', 'ended'])).seen, [
        'ended stopped 0',
        'never missing',
        'nobody missing',
      ])
    })

    test('that are killed from outside are told from those that were stopped, also by what is to be started anew', async () => {
      await engine.start('killed', alive)
      await engine.start('kept', alive, '--restart=unless-stopped')
      const { next } = await look(engine)
      process.kill(Number(await engine.run('inspect', '--format', '{{.State.Pid}}', 'killed')), 'SIGKILL')
      await engine.run('wait', 'killed')
      await engine.run('stop', '--time', '0', 'kept')
      const { seen, found } = await look(engine, [], next)
      assert.ok(seen.includes('killed stopped 137') && seen.includes('kept stopped 137'), seen.join())
      assert.deepEqual([found('killed')?.ordered, found('kept')?.ordered], [undefined, true])
      await engine.remove('killed')
      await engine.remove('kept')
    })

    test('are unhealthy when they say so', async () => {
      await engine.start(
        'sick',
        alive,
        '--health-cmd',
        'busybox false',
        '--health-retries=1',
        '--health-interval=1s',
      )
      // Where there is no systemd, podman does not look by itself.
      if (name === 'podman') await engine.run('healthcheck', 'run', 'sick').catch(() => undefined)
      await until(
        async () => (await look(engine, ['sick'])).found('sick')?.state === 'unhealthy' || undefined,
        { seconds: 20, what: () => 'it to be unhealthy' },
      )
    })

    test('that are started again and again are seen by their restarts', async () => {
      await engine.start('loop', ['sh', '-c', 'busybox sleep 0.2; exit 5'], '--restart=always')
      const restarts = async () => (await look(engine, ['loop'])).found('loop')?.restarts ?? 0
      const began = await restarts()
      await until(async () => (await restarts()) >= began + 3 || undefined, {
        seconds: 30,
        what: () => 'three more restarts',
      })
      await engine.remove('loop')
    })

    test('that take their time to end are not lost from sight meanwhile', async () => {
      await engine.start('slow', alive)
      const { next } = await look(engine)
      const stopping = engine.run('stop', '--time', '2', 'slow')
      if (name === 'podman')
        await until(
          async () =>
            (await engine.run('inspect', '--format', '{{.State.Status}}', 'slow')) === 'stopping' ||
            undefined,
          { seconds: 2, what: () => 'it to be asked to end' },
        )
      const meanwhile = await look(engine, [], next)
      assert.deepEqual(meanwhile.seen, [])
      await stopping
      assert.deepEqual((await look(engine, [], meanwhile.next)).seen, ['slow stopped 137'])
    })

    // Podman does not say so where cgroups are of version 1.
    if (name === 'docker')
      test('that need more memory than they may have are told of as such', async () => {
        const eat = 'a=0123456789; while :; do a=$a$a; done'
        await engine.start('hungry', ['sh', '-c', eat], '--memory=16m', '--memory-swap=16m')
        await engine.run('wait', 'hungry')
        const hungry = (await look(engine, ['hungry'])).found('hungry')
        assert.equal(hungry?.exitCode, 137)
        assert.match(hungry.reason ?? '', /memory/)
      })

    test('cannot be seen while the engine is away', async () => {
      const { next } = await look(engine)
      const away = { ...engine, socket: `${engine.socket}.away` }
      assert.ok(!existsSync(away.socket))
      const { seen } = await look(away, [], next)
      assert.ok(seen.length > 0 && seen.every((one) => one.endsWith(' unseen')), seen.join())
    })
  })
