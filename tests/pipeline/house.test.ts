import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeHouse } from '../../src/pipeline/house.ts'
import { ask, toRequestLoop } from '../../src/pipeline/requests.ts'
import { until } from '../daemon.ts'
import { openHouse } from './house.ts'

test('what a person has set is shown to those who watch, within moments', async (t) => {
  const house = await openHouse(t)
  const { store, board, now, stop } = house
  let sensitivity: 'balanced' | 'strict' = 'balanced'
  const nothing = () => Promise.resolve({ ok: true, message: 'Done' })
  const set = () => {
    sensitivity = 'strict'
    return nothing()
  }
  house.run(
    toRequestLoop({
      store,
      now,
      analyse: nothing,
      scan: nothing,
      recap: nothing,
      dashboard: nothing,
      set,
      test: nothing,
    }),
  )
  await until(() => (board.row('requests')?.state === 'ok' ? true : undefined), {
    seconds: 10,
    what: () => 'the loop',
  })
  const shown = makeHouse({
    ...{ store, board, pairs: [], now, words: () => undefined, spokenAlerts: () => true },
    learning: () => ({ on: false, until: now() }),
    sensitivity: () => sensitivity,
  })
  const enough = AbortSignal.any([stop, AbortSignal.timeout(5000)])
  let asked: Promise<unknown> | undefined
  for await (const state of shown.states(enough)) {
    if (state.sensitivity === 'strict') break
    asked ??= ask({ kind: 'set', option: 'house.sensitivity', value: 'strict' }, 'mqtt', { store, stop })
  }
  await asked
  assert.equal(enough.aborted, false, 'shown in time')
})
