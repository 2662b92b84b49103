import assert from 'node:assert/strict'
import { stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { toMaintainLoop } from '../../src/pipeline/maintain.ts'
import { until } from '../daemon.ts'
import { openHouse } from './house.ts'

test('a backup is made once a day, also by a program that is started anew every day', async (t) => {
  const house = await openHouse(t)
  const backup = join(house.folder, 'history.ndjson.gz')
  const pass = async (at: string) => {
    house.move(at)
    const running = house.run(
      toMaintainLoop({
        store: house.store,
        limits: () => ({ days: 30, bytes: 1e9, closeAfterHours: 12 }),
        loops: () => [],
        refreshIndicators: () => Promise.resolve([]),
        now: house.now,
      }),
    )
    await until(() => (house.board.row('maintain')?.state === 'ok' ? true : undefined), {
      seconds: 10,
      what: () => 'one pass',
    })
    await running.end()
    house.board.remove('maintain')
    const isThere = await stat(backup).then(
      () => true,
      () => false,
    )
    if (isThere) await unlink(backup)
    return isThere
  }
  assert.equal(await pass('2026-11-20T20:00:00Z'), false)
  assert.equal(await pass('2026-11-21T12:01:00Z'), true)
  assert.equal(await pass('2026-11-21T13:00:00Z'), false)
})
