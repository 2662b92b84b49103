import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type * as z from 'zod'
import containers from '../../src/collectors/containers.ts'
import { until } from '../daemon.ts'
import { collect } from './collecting.ts'
import { lackingPodman, type Podman, startPodman } from './podman.ts'

/** A real engine, that speaks Docker's language, and real containers on it. */
let podman: Podman

const skip = lackingPodman
const alive = ['sleep', '1000']

before(async () => {
  if (!skip) podman = await startPodman()
})
after(async () => podman?.[Symbol.asyncDispose]())

type Cursor = z.infer<typeof containers.cursor>

async function look(names: readonly string[] = [], cursor?: Cursor) {
  const options = containers.options.parse({ socket: podman.socket, names })
  const { observations, cursor: next } = await collect(containers, { options, cursor })
  const seen = observations.flatMap((one) => (one.kind === 'container' ? [one] : []))
  return {
    seen: seen.map(({ name, state, exitCode }) => [name, state, exitCode].join(' ').trim()).toSorted(),
    found: (name: string) => seen.find((one) => one.name === name),
    next,
  }
}

/** Ends so when it is sent the signal. */
const onSignal = (signal: string, code: number) => [
  'sh',
  '-c',
  `trap 'exit ${code}' ${signal}; while :; do busybox sleep 0.05; done`,
]

test(
  'containers of podman run, are stopped, end by a fault, and are told of as they are',
  { skip },
  async () => {
    await podman.start('deaf', alive)
    await podman.start('polite', onSignal('TERM', 143))
    await podman.start('faulty', onSignal('USR1', 3))
    await podman.start(
      'sick',
      alive,
      '--health-cmd',
      'false',
      '--health-retries=1',
      '--health-interval=disable',
    )
    await podman.start('held', alive)
    await podman.start('ended', ['true'])
    await podman.run('create', '--name', 'never', 'box:1', 'true')
    await podman.run('pause', 'held')
    const { seen, next } = await look()
    assert.deepEqual(seen, [
      'deaf running',
      'faulty running',
      'held paused',
      'polite running',
      'sick running',
    ])
    await podman.run('stop', '--time', '0', 'deaf')
    await podman.run('stop', '--time', '5', 'polite')
    await podman.run('kill', '--signal', 'USR1', 'faulty')
    await podman.run('wait', 'faulty')
    await podman.run('healthcheck', 'run', 'sick').catch(() => undefined)
    const later = await look([], next)
    assert.deepEqual(later.seen, [
      'deaf stopped 137',
      'faulty stopped 3',
      'polite stopped 143',
      'sick unhealthy',
    ])
    assert.deepEqual((await look([], later.next)).seen, [])
    assert.deepEqual((await look(['never', 'nobody', 'ended'])).seen, [
      'ended stopped 0',
      'never missing',
      'nobody missing',
    ])
  },
)

test('a container that podman starts again and again is seen by its restarts', { skip }, async () => {
  await podman.start('loop', ['sh', '-c', 'busybox sleep 0.2; exit 5'], '--restart=always')
  const { found, next } = await look(['loop'])
  const before = found('loop')?.restarts ?? 0
  await until(
    async () =>
      ((await look(['loop'], next)).found('loop')?.restarts ?? 0) >= before + 3 ? true : undefined,
    { seconds: 30, what: () => 'three more restarts' },
  )
  await podman.run('rm', '--force', '--time', '0', 'loop')
})

test('a container that takes its time to end is not lost from sight meanwhile', { skip }, async () => {
  await podman.start('slow', alive)
  const { next } = await look()
  const stopping = podman.run('stop', '--time', '2', 'slow')
  const state = () => podman.run('inspect', '--format', '{{.State.Status}}', 'slow')
  await until(async () => (await state()) === 'stopping' || undefined, {
    seconds: 2,
    what: () => 'it to be asked to end',
  })
  const meanwhile = await look([], next)
  assert.deepEqual(meanwhile.seen, [])
  await stopping
  assert.deepEqual((await look([], meanwhile.next)).seen, ['slow stopped 137'])
})
