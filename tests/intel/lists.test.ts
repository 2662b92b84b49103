import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, unlink, utimes, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Indicator } from '../../src/core/indicator.ts'
import { makeLog } from '../../src/core/log.ts'
import { checkLists, loadLists } from '../../src/intel/lists.ts'
import { intelOptions } from '../../src/intel/options.ts'
import type { IndicatorTable } from '../../src/intel/refresh.ts'

const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}.example.com`).join('\n')
const quiet = makeLog({ level: 'error', secrets: () => [] })

/** A house with nothing but threat lists, whose clock is moved by hand. */
async function setUp(context: TestContext, lists: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'intel-'))
  context.after(() => rm(folder, { recursive: true }))
  const table = new Map<string, readonly string[]>()
  const indicators: IndicatorTable = {
    async replace(list, entries) {
      const all = (await Array.fromAsync(entries)).flat().map(({ value }: Indicator) => value)
      table.set(list, all)
      return all.length
    },
    async remove(list) {
      table.delete(list)
    },
    lists: async () => [...table.keys()].map((list) => ({ list })),
  }
  let at = Date.parse('2026-11-20T00:00:00Z')
  const tools = {
    folder,
    indicators,
    log: quiet,
    stop: new AbortController().signal,
    now: () => new Date(at),
  }
  return {
    table,
    folder,
    path: (name: string) => join(folder, name),
    load: (these = lists) => loadLists({ ...tools, options: intelOptions.parse({ lists: these }) }),
    check: () => checkLists({ folder, options: intelOptions.parse({ lists }) }),
    hoursPass: (hours: number) => (at += hours * 3_600_000),
  }
}

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  context.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : ''
}

test('without a setting there is no list, and check says so', async (context) => {
  const { load, check } = await setUp(context, [])
  assert.deepEqual(await load(), [])
  assert.match((await check())[0]?.message ?? '', /^No threat list is set/)
})

test('a file is read, read again when it changes, and forgotten when it is not set any more', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'intel-file-'))
  context.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'bad.txt')
  const { load, table, check } = await setUp(context, [{ name: 'mine', file }])

  assert.match((await load()).join(), /^Threat list mine cannot be read: ENOENT/)
  await writeFile(file, 'bad.example.com\n10.0.0.1\nwww.google.com\ngithub.io\n0.0.0.0 localhost\n')
  assert.deepEqual(await load(), [])
  assert.deepEqual(table.get('mine'), ['bad.example.com'])
  assert.equal((await check())[0]?.message, 'Threat list mine is in use (entries: 1)')

  const unchanged = table.get('mine')
  await load()
  assert.equal(table.get('mine'), unchanged)
  await writeFile(file, 'bad.example.com\nworse.example.com\n')
  await utimes(file, 1, 1)
  await load()
  assert.deepEqual(table.get('mine'), ['bad.example.com', 'worse.example.com'])

  table.clear()
  await load()
  assert.equal(table.get('mine')?.length, 2, 'a table that was lost is filled again')

  await unlink(file)
  assert.match((await load()).join(), /ENOENT/)
  assert.equal(table.get('mine')?.length, 2)
  await load([])
  assert.equal(table.has('mine'), false)
})

test('a list from an address is fetched when it is due, and only when it has changed', async (context) => {
  const asked: (string | undefined)[] = []
  const base = await serve(context, (request, response) => {
    asked.push(request.headers['if-none-match'])
    if (request.url === '/moved') return void response.writeHead(302, { location: '/list' }).end()
    if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end()
    response.writeHead(200, { etag: '"1"' }).end(names(3))
  })
  const { load, table, hoursPass, folder } = await setUp(context, [{ name: 'far', url: `${base}/moved` }])
  assert.deepEqual(await load(), [])
  assert.equal(table.get('far')?.length, 3)
  assert.equal(await readFile(join(folder, 'intel', 'far.txt'), 'utf8'), names(3))
  await load()
  assert.deepEqual(asked, [undefined, undefined])
  hoursPass(24)
  await load()
  assert.deepEqual(asked.slice(2), ['"1"', '"1"'])

  table.clear()
  await load()
  assert.equal(table.get('far')?.length, 3, 'a table that was lost is filled from the saved copy')
  assert.equal(asked.length, 4)
})

test('a list that is worse than before keeps the old one and says so, until it is well again', async (context) => {
  let answer = { status: 200, body: names(10) }
  const base = await serve(context, (_, response) => {
    response.writeHead(answer.status, { etag: `"${answer.body.length}"` }).end(answer.body)
  })
  const { load, table, hoursPass, check } = await setUp(context, [{ name: 'far', url: base }])
  await load()
  const bad = [
    { status: 200, body: names(4), says: /has shrunk from 10 to 4 entries/ },
    { status: 200, body: '', says: /holds no name, address or network/ },
    {
      status: 200,
      body: '<!DOCTYPE html>\n<a href="http://bad.example.com">log in</a>\n' + names(20),
      says: /is a web page now/,
    },
    { status: 503, body: 'busy', says: /cannot be read: 127\.0\.0\.1:\d+ answers 503/ },
  ]
  for (const { says, ...worse } of bad) {
    answer = worse
    hoursPass(24)
    assert.match((await load()).join(), says)
    assert.match((await load()).join(), says, 'what is wrong is said until it is well')
    assert.equal(table.get('far')?.length, 10)
    assert.equal((await check())[0]?.ok, false)
  }
  answer = { status: 200, body: names(6) }
  assert.notDeepEqual(await load(), [], 'not tried again at once')
  hoursPass(1)
  assert.deepEqual(await load(), [])
  assert.equal(table.get('far')?.length, 6)
})

test('a list cannot lead in circles', async (context) => {
  const base = await serve(context, (_, response) => response.writeHead(302, { location: '/again' }).end())
  const { load } = await setUp(context, [{ name: 'far', url: base }])
  assert.match((await load()).join(), /redirects too often/)
})

test('options: a list has a name of its own, and one place', () => {
  const wrong = [
    [{ name: 'a' }],
    [{ name: 'a', file: '/x', url: 'http://example.com' }],
    [{ name: '../a', file: '/x' }],
    [
      { name: 'a', file: '/x' },
      { name: 'a', file: '/y' },
    ],
  ]
  for (const lists of wrong) assert.equal(intelOptions.safeParse({ lists }).success, false)
  assert.deepEqual(intelOptions.parse({}), { lists: [], hours: 24 })
})
