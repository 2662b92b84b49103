import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groups } from '../../src/app.ts'
import { makeConfig } from '../../src/config.ts'
import { gist, laidOut, origin, sections, withWords } from '../../web/sections.ts'
import type { Setting } from '../../web/wire.ts'

const settingsWith = (
  file: Record<string, unknown>,
  saved: Record<string, unknown> = {},
): readonly Setting[] =>
  makeConfig(groups, {
    environment: {},
    file: { name: 'options', values: file },
    saved: () => saved,
  }).settings()

test('each part of the house and each kind of plugin has its section, and nothing is left out', () => {
  const kinds = [...new Set(groups.flatMap(({ path }) => path.split('.', 1)))]
  assert.deepEqual(sections.flatMap((section) => section.kinds).toSorted(), kinds.toSorted())
  const settings = settingsWith({})
  const shown = laidOut(settings).flatMap((section) => section.groups.flatMap((group) => group.settings))
  assert.equal(shown.length, settings.length)
  const [odd] = settings
  if (!odd) assert.fail('there are settings')
  const last = laidOut([{ ...odd, path: 'newcomer.option' }])
  assert.deepEqual(
    last.map(({ title }) => title),
    [sections.at(-1)?.title],
    'what nobody has placed stands in the last',
  )
})

test('what one needs to get going comes first, after whether it is on at all', () => {
  const told = laidOut(settingsWith({})).find(({ kinds }) => kinds.includes('notifiers'))
  const isNeeded = told?.groups.map(({ settings }) => settings.some(({ essential }) => essential)) ?? []
  assert.deepEqual(
    isNeeded,
    isNeeded.toSorted((a, b) => Number(b) - Number(a)),
  )
  assert.ok(isNeeded.includes(true) && isNeeded.includes(false))
  const discord = told?.groups.find(({ path }) => path === 'notifiers.discord')
  assert.deepEqual(
    discord?.settings.slice(0, 2).map(({ path }) => path),
    ['notifiers.discord.enabled', 'notifiers.discord.webhook'],
  )
})

test('a group says in a word how it is set, a setting why it is locked', () => {
  const settings = settingsWith(
    { recap: { time: '09:00' } },
    { 'house.sensitivity': 'strict', 'detectors.dga.enabled': false },
  )
  const saidOf = (path: string) => {
    const group = laidOut(settings)
      .flatMap((section) => section.groups)
      .find((one) => one.path === path)
    return group && gist(group)
  }
  assert.deepEqual(['recap', 'house', 'detectors.dga', 'store'].map(saidOf), [
    '1 set',
    '1 set',
    'switched off',
    '',
  ])
  const why = (path: string) => {
    const setting = settings.find((one) => one.path === path)
    return setting && origin(setting)
  }
  assert.match(why('recap.time') ?? '', /^Locked: the options file sets it/)
  assert.equal(why('house.sensitivity'), 'Saved here.')
  assert.equal(why('store.days'), '')
})

test('a search finds all of its words anywhere in a setting', () => {
  const found = (wanted: string) => withWords(settingsWith({}), wanted).map(({ path }) => path)
  assert.ok(found('DISCORD webhook').includes('notifiers.discord.webhook'))
  assert.ok(found('pi-hole seconds').includes('collectors.pihole-log.every'))
  assert.deepEqual(found('no such words'), [])
  assert.equal(found('  ').length, settingsWith({}).length)
})
