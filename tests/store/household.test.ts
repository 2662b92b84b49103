import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { openHousehold } from '../../src/store/household.ts'

let folder = ''
let found: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'household-'))
  found = []
})
afterEach(() => rm(folder, { recursive: true }))

const open = () => openHousehold({ folder, now: () => new Date(), found: (sentence) => found.push(sentence) })
const write = (name: string, text: string) => writeFile(join(folder, name), text)

test('both files are optional', async () => {
  const household = open()
  deepEqual(await household.knownIssues(), [])
  equal(await household.constraints(), '')
  deepEqual(found, [])
})

test('known issues are sentences or say what they are about, and are read anew when the file changes', async () => {
  const household = open()
  await write('known-issues.json', '["the NAS disk runs at 52 °C in summer"]')
  deepEqual(await household.knownIssues(), [{ text: 'the NAS disk runs at 52 °C in summer' }])
  const issue = { text: 'lab', device: 'nas', detector: 'dga', target: 'a.example', until: '2026-12-31' }
  await write('known-issues.json', JSON.stringify(['one', issue]))
  deepEqual(await household.knownIssues(), [{ text: 'one' }, { ...issue, until: new Date(2027, 0, 1) }])
  await rm(join(folder, 'known-issues.json'))
  deepEqual(await household.knownIssues(), [])
})

test('a file that is wrong is named once, stays where it is, and what it said before holds', async () => {
  const household = open()
  await write('known-issues.json', '["good"]')
  await household.knownIssues()
  await write('known-issues.json', '["good", {"text": "x", "until": "soon"}]')
  deepEqual(await household.knownIssues(), [{ text: 'good' }])
  deepEqual(await household.knownIssues(), [{ text: 'good' }])
  equal(found.length, 1)
  match(
    found[0] ?? '',
    /known-issues\.json cannot be used, correct it: entry 2\.until .*: must be a day such as 2026-12-31$/,
  )
  await write('known-issues.json', '[oh')
  await household.knownIssues()
  match(found[1] ?? '', /correct it: .*JSON/)
  await write('known-issues.json', '["mended"]')
  deepEqual(await household.knownIssues(), [{ text: 'mended' }])
})

test('constraints are capped at 4,000 characters', async () => {
  const household = open()
  await write('constraints.md', `\n${'x'.repeat(5000)}\n`)
  equal((await household.constraints()).length, 4000)
  await write('constraints.md', 'Be brief.\n')
  equal(await household.constraints(), 'Be brief.')
})
