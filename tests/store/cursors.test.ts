import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openCursors } from '../../src/store/cursors.ts'
import { openDatabase } from '../../src/store/database.ts'
import { migrations } from '../../src/store/migrations.ts'
import { textOf } from '../../src/store/rows.ts'
import type { Session } from '../../src/store/session.ts'
import { makeWriter } from '../../src/store/writer.ts'

/** Cursors over a database whose disk can be made full. */
async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  const database = await openDatabase({ folder, memoryLimit: '64MB', migrations, now: () => new Date() })
  let isFull = false
  const session: Session = {
    ...database.session,
    run: (sql, values) =>
      isFull && sql.includes('cursors')
        ? Promise.reject(new Error('No space left on device'))
        : database.session.run(sql, values),
  }
  const writer = makeWriter(session)
  t.after(async () => {
    await writer.close()
    await database.close()
    await rm(folder, { recursive: true })
  })
  const cursors = await openCursors(database, writer)
  return {
    cursors,
    fill: (full: boolean) => void (isFull = full),
    /** A commit of something a loop has produced, with its cursor. */
    save: (loop: string, cursor: unknown) =>
      writer.write({ urgency: 'now', apply: (transaction) => cursors.save(loop, cursor, transaction) }),
    written: async () =>
      (await database.rows('SELECT loop, cursor FROM cursors ORDER BY loop')).map((row) =>
        [textOf(row, 'loop'), textOf(row, 'cursor')].join(' '),
      ),
  }
}

void test('a loop that is started anew goes on where it said last, written or not', async (t) => {
  const { cursors, save } = await setUp(t)
  await save('a', 1)
  await cursors.set('a', 2, 'with-next')
  assert.equal(await cursors.get('a'), 2)
})

void test('a cursor that could not be written while the disk was full never takes back a newer one', async (t) => {
  const { cursors, save, fill, written } = await setUp(t)
  await save('a', 1)
  fill(true)
  await cursors.set('a', 2, 'with-next')
  await assert.rejects(save('b', 1), /disk/)
  fill(false)
  await save('a', 3)
  await cursors.set('b', 2, 'with-next')
  await save('c', 1)
  assert.equal(await cursors.get('a'), 3)
  assert.deepEqual(await written(), ['a 3', 'b 2', 'c 1'])
})
