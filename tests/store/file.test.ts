import { equal, deepEqual, match, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, test } from 'node:test'
import * as z from 'zod'
import { openFile } from '../../src/store/file.ts'

let folder = ''
let found: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-'))
  found = []
})
afterEach(() => rm(folder, { recursive: true }))

const schema = z.object({ count: z.int(), text: z.string() })
const open = () =>
  openFile({
    path: join(folder, 'state.json'),
    schema,
    empty: { count: 0, text: '' },
    now: () => new Date('2026-11-20T12:00:00Z'),
    found: (sentence) => found.push(sentence),
  })
const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'))

test('a change is on the disk when it resolves, for the owner alone, and the state before is kept', async () => {
  const file = await open()
  await file.change((data) => ({ ...data, count: 1 }))
  await file.change((data) => ({ ...data, count: 2 }))
  deepEqual(await read('state.json'), { count: 2, text: '' })
  deepEqual(await read('state.json.bak'), { count: 1, text: '' })
  equal((await stat(join(folder, 'state.json'))).mode & 0o777, 0o600)
  deepEqual((await open()).data(), { count: 2, text: '' })
})

test('changes at the same time all count and share writes', async () => {
  const file = await open()
  await Promise.all(
    Array.from({ length: 500 }, () => file.change((data) => ({ ...data, count: data.count + 1 }))),
  )
  equal(file.data().count, 500)
  deepEqual(await read('state.json'), { count: 500, text: '' })
})

test('what a person corrects while the program runs is read before the next write', async () => {
  const file = await open()
  await file.change((data) => ({ ...data, count: 1 }))
  await writeFile(join(folder, 'state.json'), '{"count": 41, "text": "corrected"}')
  await file.change((data) => ({ ...data, count: data.count + 1 }))
  deepEqual(await read('state.json'), { count: 42, text: 'corrected' })
})

for (const [what, content] of [
  ['half a file', '{"count": 3'],
  ['an empty file', ''],
  ['another shape', '{"count": "three", "text": ""}'],
] as const)
  test(`${what} is moved aside, said, and the copy before it is used`, async () => {
    const file = await open()
    await file.change((data) => ({ ...data, count: 1 }))
    await file.change((data) => ({ ...data, count: 2 }))
    await writeFile(join(folder, 'state.json'), content)
    deepEqual((await open()).data(), { count: 1, text: '' })
    deepEqual(await read('state.json'), { count: 1, text: '' })
    equal(await readFile(join(folder, 'state.json.damaged-20261120T120000000Z'), 'utf8'), content)
    match(
      found.join('\n'),
      /^state\.json was damaged \(.+\): it was moved to .+, and the copy before it is used$/,
    )
  })

test('damaged twice in one moment, both are kept; without a copy it starts empty', async () => {
  for (const content of ['first', 'second']) {
    await writeFile(join(folder, 'state.json'), content)
    deepEqual((await open()).data(), { count: 0, text: '' })
  }
  deepEqual((await readdir(folder)).sort(), [
    'state.json.damaged-20261120T120000000Z',
    'state.json.damaged-20261120T120000000Z-2',
  ])
  equal(found.length, 2)
})

test('a write that fails is told, changes nothing, and the next one works', async () => {
  const path = join(folder, 'later', 'state.json')
  const file = await openFile({
    path,
    schema,
    empty: { count: 0, text: '' },
    now: () => new Date(),
    found: () => 0,
  })
  await rejects(
    file.change((data) => ({ ...data, count: 1 })),
    { name: 'UnavailableError', message: /^state\.json could not be written \(ENOENT/ },
  )
  equal(file.data().count, 0)
})

test('a kill at any moment leaves a whole file that holds what was acknowledged', async () => {
  for (let round = 0; round < 8; round += 1) {
    const child = spawn(process.execPath, [new URL('file/writer.ts', import.meta.url).pathname, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    const stopAt = 3 + round * 4
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged % 40 === stopAt) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    equal(child.signalCode, 'SIGKILL')
    const file = await open()
    deepEqual(found, [])
    equal(file.data().count >= acknowledged, true, `${file.data().count} of ${acknowledged}`)
    equal(file.data().text.length, 200_000)
  }
})
