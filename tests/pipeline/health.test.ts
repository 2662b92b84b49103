import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { toHealthLoop } from '../../src/pipeline/health.ts'
import { until } from '../daemon.ts'
import { openHouse } from './house.ts'

test('what could not be stored of the health while the disk was full is stored when there is room', async (t) => {
  const house = await openHouse(t)
  const { store, board, now, stop } = house
  let isFull = true
  const events: typeof store.events = {
    ...store.events,
    save: (piece) =>
      isFull ? Promise.reject(new UnavailableError('the disk is full')) : store.events.save(piece),
  }
  house.run(toHealthLoop({ board, store: { ...store, events }, stop, now }))
  board.set('collect/x', { title: 'X', state: 'failing', reason: 'broken' })
  await until(() => (board.row('health')?.state === 'waiting' ? true : undefined), {
    seconds: 10,
    what: () => 'the full disk',
  })
  isFull = false
  const found = await until(
    async () => {
      const rows = await store.events.search({ kinds: ['health'], text: 'collect/x', limit: 10 })
      return rows.length > 0 ? rows : undefined
    },
    { seconds: 10, what: () => 'the change' },
  )
  assert.equal(found.length, 1)
})
