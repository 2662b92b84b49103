import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { openStore } from '../../src/store/open.ts'

test('closing waits for the questions under way, and refuses those that come later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-closing-'))
  try {
    for (let round = 0; round < 10; round += 1) {
      const store = await openStore({ folder, now: () => new Date() })
      const asked = Array.from({ length: 8 }, () => store.alerts.list({ limit: 10 }))
      const closed = store.close()
      const ends = await Promise.allSettled(asked)
      await closed
      const refused = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
      assert.equal(refused.length < asked.length, true)
      for (const reason of refused) assert.equal(reason instanceof UnavailableError, true, String(reason))
      await assert.rejects(store.alerts.list({ limit: 10 }), UnavailableError)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
