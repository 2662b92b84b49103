import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMissed } from '../../src/pipeline/collect.ts'
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
