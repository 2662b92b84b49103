import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { UnavailableError } from '../../src/core/errors.ts'
import { openDatabase } from '../../src/store/database.ts'
import { migrations } from '../../src/store/migrations.ts'
import { numberOf, textOf } from '../../src/store/rows.ts'
import type { Session } from '../../src/store/session.ts'
import { makeWriter, type Change, type Transaction } from '../../src/store/writer.ts'

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  const database = await openDatabase({ folder, memoryLimit: '64MB', migrations, now: () => new Date() })
  const writer = makeWriter(database.session)
  t.after(async () => {
    await writer.close()
    await database.close()
    await rm(folder, { recursive: true })
  })
  const names = async () =>
    (await database.rows('SELECT name FROM meta ORDER BY name')).map((row) => textOf(row, 'name'))
  return { database, writer, names }
}

/** Writes a row by the appender. */
function name(text: string, urgency: Change<string>['urgency'] = 'now'): Change<string> {
  return {
    urgency,
    async apply(transaction) {
      const appender = await transaction.appender('meta')
      appender.appendVarchar(text)
      appender.appendVarchar('')
      appender.endRow()
      return text
    },
  }
}

const broken: Change<never> = {
  urgency: 'now',
  async apply(transaction: Transaction) {
    await transaction.run("INSERT INTO meta VALUES ('half', '')")
    await transaction.run('INSERT INTO nothing VALUES (1)')
    throw new Error('not reached')
  },
}

void test('a change resolves after its commit with what it gave, and wakes who waits for its rows', async (t) => {
  const { writer, names } = await setUp(t)
  const after = writer.commit()
  const stop = new AbortController().signal
  const woken = writer.changed(['alerts'], { after, milliseconds: 10_000, stop })
  const given = await writer.write({
    urgency: 'now',
    async apply(transaction) {
      transaction.touch('alerts')
      return name('a').apply(transaction)
    },
  })
  assert.equal(given, 'a')
  assert.deepEqual(await names(), ['a'])
  await woken
  assert.equal(writer.commit(), after + 1)
  // a commit between two calls is not missed
  await writer.changed(['alerts'], { after, milliseconds: 10_000, stop })
})

void test('a change that fails spoils no other one, and what it did in memory is undone', async (t) => {
  const { writer, names } = await setUp(t)
  let memory = 0
  const kept = Array.from({ length: 3 }, (_, number) => writer.write(name(`kept ${number}`)))
  const failed = writer.write({
    ...broken,
    apply(transaction) {
      memory += 1
      transaction.undo(() => (memory -= 1))
      return broken.apply(transaction)
    },
  })
  const after = writer.write(name('later'))
  await assert.rejects(failed, /nothing does not exist/)
  assert.deepEqual(await Promise.all([...kept, after]), ['kept 0', 'kept 1', 'kept 2', 'later'])
  assert.deepEqual(await names(), ['kept 0', 'kept 1', 'kept 2', 'later'])
  assert.equal(memory, 0)
})

void test('soon waits a second for company, now takes everything along, with-next waits for either', async (t) => {
  const { writer, names } = await setUp(t)
  await writer.write(name('first', 'soon'))
  const before = writer.commit()
  const next = writer.write(name('next', 'with-next'))
  const soon = writer.write(name('soon', 'soon'))
  await writer.write(name('now'))
  await Promise.all([next, soon])
  assert.equal(writer.commit(), before + 1)
  const started = performance.now()
  await writer.write(name('soon again', 'soon'))
  const waited = performance.now() - started
  assert.ok(waited > 500 && waited < 2000, `waited ${waited} ms`)
  const many = performance.now()
  await writer.write({ ...name('many', 'soon'), rows: 5000 })
  assert.ok(performance.now() - many < 500)
  assert.equal((await names()).length, 6)
})

void test('closing commits what waits, and later writes are refused', async (t) => {
  const { writer, names } = await setUp(t)
  const waiting = writer.write(name('waiting', 'with-next'))
  await writer.close()
  assert.equal(await waiting, 'waiting')
  assert.deepEqual(await names(), ['waiting'])
  await assert.rejects(writer.write(name('too late')), /closed/)
})

void test('work between two transactions can checkpoint', async (t) => {
  const { writer, database } = await setUp(t)
  const writes = Array.from({ length: 20 }, (_, number) => writer.write(name(String(number))))
  await writer.between((session) => session.run('CHECKPOINT'))
  await Promise.all(writes)
  const [row] = await database.rows('SELECT count(*) AS count FROM meta')
  assert.equal(row && numberOf(row, 'count'), 20)
})

/** The database's connection, which fails at the next COMMIT as the database would. */
function failing(session: Session, message: string): Session {
  let failed = false
  return {
    ...session,
    async run(sql, values) {
      if (sql !== 'COMMIT' || failed) return session.run(sql, values)
      failed = true
      throw new Error(message)
    },
  }
}

void test('a full disk costs what was being written, is said in a sentence, and is got over', async (t) => {
  const { database, names } = await setUp(t)
  const writer = makeWriter(
    failing(database.session, 'IO Error: Could not write file: No space left on device'),
  )
  t.after(() => writer.close())
  await assert.rejects(writer.write(name('lost')), (error) => {
    assert.ok(error instanceof UnavailableError)
    assert.match(error.message, /make room on its disk/)
    return true
  })
  await writer.write(name('kept'))
  assert.deepEqual(await names(), ['kept'])
})

void test('a database that has given up takes nothing more, and says so', async (t) => {
  const { database, names } = await setUp(t)
  const writer = makeWriter(failing(database.session, 'FATAL Error: the database has been invalidated'))
  t.after(() => writer.close())
  const writes = ['a', 'b'].map((text) => writer.write(name(text)))
  for (const write of writes) await assert.rejects(write, /must be opened anew/)
  await assert.rejects(writer.write(name('c')), /must be opened anew/)
  assert.deepEqual(await names(), [])
})

void test('who writes when a round begins is committed with all the others of that round', async (t) => {
  const { writer } = await setUp(t)
  const stop = new AbortController().signal
  await writer.write(name('first', 'soon'))
  const before = writer.commit()
  // An urgent change between two rounds puts none of them off.
  await writer.write(name('urgent'))
  const began = performance.now()
  const ready = async (text: string) => {
    await writer.round(stop)
    await writer.write(name(text, 'soon'))
    return writer.commit()
  }
  assert.deepEqual(await Promise.all([ready('a'), ready('b')]), [before + 2, before + 2])
  assert.ok(performance.now() - began > 500, 'rounds are apart')
  await writer.round(AbortSignal.abort())
  let isOver = false
  const waiting = writer.round(stop).then(() => (isOver = true))
  // A flood is committed as it comes, and holds up nobody who waits for a round.
  while (!isOver) await writer.write({ ...name(`f${performance.now()}`, 'soon'), rows: 5000 })
  await waiting
})
