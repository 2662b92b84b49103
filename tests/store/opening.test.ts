import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { ConfigError } from '../../src/core/errors.ts'
import { openDatabase } from '../../src/store/database.ts'
import { kinds } from '../../src/store/kinds.ts'
import { migrations } from '../../src/store/migrations.ts'
import { numberOf, textOf } from '../../src/store/rows.ts'
import { openStore } from '../../src/store/open.ts'
import { at, makeFolder, makeStore, query } from './saving.ts'

const now = () => at(0)
const commonColumns = [
  { name: 'seq', type: 'BIGINT' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'device', type: 'VARCHAR' },
  { name: 'source', type: 'VARCHAR' },
  { name: 'imported', type: 'BOOLEAN' },
  { name: 'address', type: 'VARCHAR' },
]
const child = join(import.meta.dirname, 'opening/child.ts')

/** Starts the child, waits for so many acknowledgements, kills it; gives the last number acknowledged. */
async function killAfter(folder: string, acknowledgements: number): Promise<number> {
  const running = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', child, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [count, last] = [0, 0]
  for await (const line of createInterface({ input: running.stdout })) {
    last = Number(line)
    count += 1
    if (count === acknowledgements) running.kill('SIGKILL')
  }
  if (running.exitCode === null && running.signalCode === null) await once(running, 'exit')
  assert.equal(running.signalCode, 'SIGKILL')
  return last
}

void test('a kill loses nothing that was acknowledged and doubles nothing', async (t) => {
  const folder = await makeFolder(t)
  for (let round = 0; round < 8; round++) {
    const acknowledged = await killAfter(folder, 3 + round * 3)
    const store = await openStore({ folder, now })
    assert.deepEqual(store.meta.findings, [])
    const cursor = Number(await store.cursors.get('collect/child'))
    assert.ok(cursor >= acknowledged, `${cursor} of ${acknowledged}`)
    const [stats] = await store.events.stats()
    assert.equal(stats?.rows, cursor)
    const domains = await store.events.reader.domains({
      from: new Date(0),
      to: new Date(8.64e15),
      after: 0,
      through: store.events.newest(),
      imported: true,
    })
    assert.equal(
      domains.reduce((sum, { names }) => sum + names, 0),
      cursor,
    )
    await store.close()
  }
})

void test('of a damaged log everything before the damage is kept, and a copy of all of it', async (t) => {
  const folder = await makeFolder(t)
  const first = await openStore({ folder, now })
  await first.close()
  const acknowledged = await killAfter(folder, 30)
  const [file, wal] = [join(folder, 'hearthwarden.duckdb'), join(folder, 'hearthwarden.duckdb.wal')]
  const [data, log] = [await readFile(file), await readFile(wal)]
  const flipped = Buffer.from(log)
  const middle = Math.floor(log.length * 0.7)
  flipped[middle] = 0x55 ^ (flipped[middle] ?? 0)
  const cases = {
    'zeros after the end, as a power cut leaves them': [
      Buffer.concat([log, Buffer.alloc(100)]),
      acknowledged,
    ],
    'a flipped bit': [flipped, acknowledged / 2],
    'nothing of it': [Buffer.concat([log.subarray(0, 2), Buffer.alloc(500, 0xff)]), 0],
  } as const
  for (const [name, [bytes, least]] of Object.entries(cases)) {
    for (const entry of await readdir(folder)) if (entry.includes('.duckdb')) await rm(join(folder, entry))
    await writeFile(file, data)
    await writeFile(wal, bytes)
    const store = await openStore({ folder, now })
    const { findings, instance } = store.meta
    const newest = store.events.newest()
    const domains = await store.events.stats()
    await store.close()
    assert.match(findings.join(), /damaged/, name)
    assert.equal(instance, first.meta.instance)
    assert.ok(newest >= least, `${name}: ${newest} of ${acknowledged}`)
    assert.equal(domains[0]?.rows, newest)
    const [aside, ...others] = (await readdir(folder)).filter((entry) => entry.includes('.wal.damaged-'))
    assert.deepEqual(await readFile(join(folder, aside ?? '')), bytes)
    assert.deepEqual(others, [])
  }
})

for (const [name, damage] of Object.entries({
  'another file': (file: string) => writeFile(file, 'not a database\n'.repeat(1000)),
  'an empty file': (file: string) => truncate(file, 0),
  'a broken header': async (file: string) => {
    await using handle = await open(file, 'r+')
    await handle.write(Buffer.alloc(8192, 0xff), 0, 8192, 4096)
  },
}))
  void test(`a database that is ${name} is moved aside, and a new one begun`, async (t) => {
    const house = await makeStore(t)
    await house.save(query(1, '192.168.1.20', 'a.example.com'))
    const file = join(house.folder, 'hearthwarden.duckdb')
    await house.store().close()
    await damage(file)
    const size = (await stat(file)).size
    const store = await house.reopen()
    assert.match(store.meta.findings.join(), /new one was begun/)
    assert.equal(store.events.newest(), 0)
    await house.save(query(2, '192.168.1.20', 'a.example.com'))
    const aside = (await readdir(house.folder)).filter((entry) => entry.includes('.duckdb.damaged-'))
    assert.deepEqual(
      await Promise.all(aside.map(async (entry) => (await stat(join(house.folder, entry))).size)),
      [size],
    )
    assert.deepEqual((await house.reopen()).meta.findings, [])
  })

void test('a second process is told to stop the first', async (t) => {
  const house = await makeStore(t)
  const other = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', child, house.folder])
  let said = ''
  other.stderr.on('data', (data) => (said += String(data)))
  const [code] = await once(other, 'exit')
  assert.notEqual(code, 0)
  assert.match(said, /ConfigError: another process has opened the data folder .*: stop the daemon/)
})

void test('a newer step of the schema is taken with a copy made before; an older program refuses the file', async (t) => {
  const folder = await makeFolder(t)
  const first = await openDatabase({ folder, memoryLimit: '64MB', migrations, now })
  await first.session.run("INSERT INTO meta VALUES ('kept', 'yes')")
  await first.close()
  const newest = migrations.at(-1)?.version ?? 0
  const second = {
    version: newest + 1,
    statements: ['ALTER TABLE meta ADD COLUMN note VARCHAR', "UPDATE meta SET note = 'seen'"],
  }
  const broken = { version: newest + 1, statements: [...second.statements, 'DROP TABLE nothing'] }
  await assert.rejects(
    openDatabase({ folder, memoryLimit: '64MB', migrations: [...migrations, broken], now }),
    /nothing does not exist/,
  )
  const migrated = await openDatabase({
    folder,
    memoryLimit: '64MB',
    migrations: [...migrations, second],
    now,
  })
  const [row] = await migrated.rows("SELECT note FROM meta WHERE name = 'kept'")
  assert.equal(row && textOf(row, 'note'), 'seen')
  await migrated.close()
  assert.ok((await readdir(folder)).includes(`hearthwarden.duckdb.version-${newest}`))
  await assert.rejects(openDatabase({ folder, memoryLimit: '64MB', migrations, now }), (error) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /written by a newer Hearthwarden/)
    return true
  })
})

void test('the table of kinds and the steps of the schema agree', async (t) => {
  const folder = await makeFolder(t)
  const database = await openDatabase({ folder, memoryLimit: '64MB', migrations, now })
  try {
    for (const { table, columns } of Object.values(kinds)) {
      const rows = await database.rows(
        'SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index',
        { table },
      )
      assert.deepEqual(
        rows.map((row) => ({ name: textOf(row, 'name'), type: textOf(row, 'type') })),
        [...commonColumns, ...columns.map(({ name, type }) => ({ name, type }))],
        table,
      )
    }
  } finally {
    await database.close()
  }
})

void test('a database that was opened reaches no file and no setting', async (t) => {
  const folder = await makeFolder(t)
  const database = await openDatabase({ folder, memoryLimit: '64MB', migrations, now })
  try {
    for (const statement of [
      `COPY meta TO '${folder}/out.csv'`,
      "SELECT * FROM read_text('/etc/hostname')",
      `ATTACH '${folder}/other.duckdb'`,
      'SET enable_external_access = true',
      "SET memory_limit = '1GB'",
    ])
      await assert.rejects(database.session.run(statement), statement)
    // sorting more than fits goes through the temporary folder all the same
    const [row] = await database.rows(
      'SELECT count(*) AS count FROM (SELECT range, lag(range) OVER (ORDER BY hash(range)) AS before FROM range(3000000)) WHERE before IS NULL',
    )
    assert.equal(row && numberOf(row, 'count'), 1)
  } finally {
    await database.close()
  }
})

void test('a file that is mostly empty is made small at the next start', async (t) => {
  const folder = await makeFolder(t)
  const first = await openDatabase({ folder, memoryLimit: '64MB', migrations, now })
  await first.session.run("INSERT INTO meta VALUES ('kept', 'yes')")
  await first.session.run('CREATE TABLE big AS SELECT uuid()::VARCHAR AS text FROM range(4000000)')
  await first.session.run('CHECKPOINT')
  await first.session.run('DROP TABLE big')
  await first.close()
  const file = join(folder, 'hearthwarden.duckdb')
  const before = (await stat(file)).size
  const second = await openDatabase({ folder, memoryLimit: '64MB', migrations, now })
  try {
    const after = (await stat(file)).size
    assert.ok(before > 64 * 2 ** 20 && after < before / 10, `${before} bytes, then ${after}`)
    const [row] = await second.rows("SELECT value FROM meta WHERE name = 'kept'")
    assert.equal(row && textOf(row, 'value'), 'yes')
  } finally {
    await second.close()
  }
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.includes('compacting')),
    [],
  )
})

void test('the installation keeps its id', async (t) => {
  const house = await makeStore(t)
  const { instance, createdAt } = house.store().meta
  assert.match(instance, /^[a-z0-9]{8}$/)
  assert.deepEqual(createdAt, at(0))
  house.setClock(at(1000))
  const { meta } = await house.reopen()
  assert.equal(meta.instance, instance)
  assert.deepEqual(meta.createdAt, at(0))
})
