import { deepEqual, equal, match } from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { openSettings } from '../../src/store/settings.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('values are kept by option path, and undefined forgets', async () => {
  const settings = await openSettings(folder)
  deepEqual(settings.values(), {})
  await settings.set('notifiers.speech.volume', 0.4)
  await settings.set('collectors.ping.places', [{ host: 'router' }])
  await settings.set('notifiers.speech.volume', undefined)
  deepEqual((await openSettings(folder)).values(), { 'collectors.ping.places': [{ host: 'router' }] })
  equal(
    await readFile(join(folder, 'settings.json'), 'utf8'),
    '{\n  "collectors.ping.places": [\n    {\n      "host": "router"\n    }\n  ]\n}\n',
  )
})

test('a name that means something to JavaScript is a name', async () => {
  const settings = await openSettings(folder)
  await settings.set('__proto__', { polluted: true })
  equal('polluted' in {}, false)
  equal('polluted' in settings.values(), false)
})

test('a damaged file is moved aside and said', async () => {
  await writeFile(join(folder, 'settings.json'), '[1')
  const settings = await openSettings(folder, () => new Date('2026-11-20T12:00:00Z'))
  deepEqual(settings.values(), {})
  match(
    settings.findings.join(),
    /settings\.json was damaged .* moved to settings\.json\.damaged-20261120T120000000Z/,
  )
})
