import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import * as z from 'zod'
import type { ListeningCollector, PollingCollector } from '../../src/core/collector.ts'
import { UnavailableError } from '../../src/core/errors.ts'
import type { LoopState } from '../../src/core/health.ts'
import type { Observation } from '../../src/core/observation.ts'
import { isMissed, toCollectLoop } from '../../src/pipeline/collect.ts'
import type { Turn } from '../../src/pipeline/supervise.ts'
import { until } from '../daemon.ts'
import { openHouse } from './house.ts'

test('a source is missed when a person has set it, or when it has worked before', async (t) => {
  const { store, now } = await openHouse(t)
  const missed = (name: string, isSet = false) => isMissed({ name, isSet }, { store, now })
  const health = (state: 'ok' | 'waiting') =>
    store.events.save({
      loop: 'supervise',
      observations: [{ kind: 'health', at: new Date('2026-11-20T11:00:00Z'), loop: 'collect/x', state }],
    })
  assert.equal(await missed('collect/x'), false)
  assert.equal(await missed('collect/x', true), true)
  await health('waiting')
  assert.equal(await missed('collect/x'), false, 'to have failed is not to have worked')
  await health('ok')
  await health('waiting')
  assert.equal(await missed('collect/x'), true)
  await store.cursors.set('collect/y', { at: 1 }, 'now')
  assert.equal(await missed('collect/y'), true)
  assert.equal(await missed('collect/z'), false)
})

test('what a listener tells while nothing can be stored is kept up to a bound, and what is lost is counted', async (t) => {
  const house = await openHouse(t)
  const { store, board, now } = house
  const told = 25_000
  const login = (count: number): Observation => ({
    ...{ kind: 'auth-attempt', at: now(), address: '192.168.1.20', outcome: 'failure', service: 'sshd' },
    user: `user${count}`,
  })
  const collector: ListeningCollector<object, { at: number }> = {
    name: 'x',
    title: 'X',
    options: z.object({}),
    cursor: z.object({ at: z.number() }),
    async listen({ emit, ready, stop }) {
      ready()
      for (let count = 0; count < told; count++) emit(login(count), { at: count })
      await once(stop, 'abort')
    },
  }
  let isFull = true
  const events: typeof store.events = {
    ...store.events,
    save: (piece) =>
      isFull ? Promise.reject(new UnavailableError('the disk is full')) : store.events.save(piece),
  }
  const context = (turn: Turn, options: unknown) => ({ ...turn, options, now, home: undefined })
  const place = { name: 'collect/x', collector, options: {}, isSet: true }
  house.run(toCollectLoop(place, { store: { ...store, events }, context, now }))
  await until(() => (board.row('collect/x')?.state === 'waiting' ? true : undefined), {
    seconds: 10,
    what: () => 'the full disk',
  })
  isFull = false
  await until(() => (board.row('collect/x')?.count === 20_000 ? true : undefined), {
    seconds: 30,
    what: () => `all to be stored, not ${board.row('collect/x')?.count}`,
  })
  const { state, reason, dropped } = board.row('collect/x') ?? {}
  assert.deepEqual({ state, dropped }, { state: 'ok', dropped: 5000 })
  assert.match(reason ?? '', /^More came at once than could be stored/)
  assert.deepEqual(await store.cursors.get('collect/x'), { at: 19_999 })
  const rows = await store.events.stats()
  assert.equal(rows.find(({ kind }) => kind === 'auth-attempt')?.rows, 20_000)
})

test('what a source without a cursor told before it failed is counted as lost where it cannot be stored', async (t) => {
  const house = await openHouse(t)
  const { store, board, now } = house
  const query = { kind: 'dns-query', qname: 'a.example', qtype: 'A' } as const
  const collector: ListeningCollector<object> = {
    ...{ name: 'x', title: 'X', options: z.object({}) },
    async listen({ emit }) {
      for (let count = 0; count < 7; count++) emit({ ...query, at: now(), address: '192.168.1.20' })
      throw new UnavailableError('x has gone')
    },
  }
  const save = () => Promise.reject(new UnavailableError('the disk is full'))
  const events: typeof store.events = { ...store.events, save }
  const context = (turn: Turn, options: unknown) => ({ ...turn, options, now, home: undefined })
  const place = { name: 'collect/x', collector, options: {}, isSet: true }
  house.run(toCollectLoop(place, { store: { ...store, events }, context, now }))
  await until(() => (board.row('collect/x')?.dropped === 7 ? true : undefined), {
    seconds: 10,
    what: () => `seven lost, not ${JSON.stringify(board.row('collect/x'))}`,
  })
})

test('a source that has nothing here is off, and begins when there is something', async (t) => {
  const house = await openHouse(t)
  const { store, board, now } = house
  let isThere = false
  const collector: PollingCollector<object, object> = {
    ...{ name: 'x', title: 'X', options: z.object({}), cursor: z.object({}), every: () => 0.05 },
    poll: async () => ({ observations: [], cursor: {}, absent: isThere ? undefined : 'There is no x here' }),
  }
  const context = (turn: Turn, options: unknown) => ({ ...turn, options, now, home: undefined })
  const place = { name: 'collect/x', collector, options: {}, isSet: false }
  house.run(toCollectLoop(place, { store, context, now }))
  const state = () => board.row('collect/x')?.state
  const is = (wanted: LoopState) =>
    until(() => (state() === wanted ? true : undefined), {
      seconds: 10,
      what: () => `${wanted}, not ${state()}`,
    })
  await is('off')
  assert.equal(board.row('collect/x')?.reason, 'There is no x here')
  assert.equal(await isMissed(place, { store, now }), false)
  isThere = true
  await is('ok')
})

test('what a source has lost itself is counted and said, until it has lost nothing for a while', async (t) => {
  const house = await openHouse(t)
  const { store, board } = house
  let at = 0
  const now = () => new Date(at)
  const collector: ListeningCollector<object> = {
    ...{ name: 'x', title: 'X', options: z.object({}) },
    async listen({ ready, lost, stop }) {
      ready()
      lost(3, 'The source was too fast')
      lost(1, 'The source was too fast')
      await once(stop, 'abort')
    },
  }
  const context = (turn: Turn, options: unknown) => ({ ...turn, options, now, home: undefined })
  house.run(
    toCollectLoop({ name: 'collect/x', collector, options: {}, isSet: true }, { store, context, now }),
  )
  const is = (reason: string | undefined) =>
    until(
      () => (board.row('collect/x')?.dropped === 4 && board.row('collect/x')?.reason === reason) || undefined,
      {
        seconds: 10,
        what: () => `${reason}, not ${JSON.stringify(board.row('collect/x'))}`,
      },
    )
  await is('The source was too fast')
  assert.equal(board.row('collect/x')?.state, 'ok')
  at = 300_000
  await is(undefined)
})
