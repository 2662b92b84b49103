import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as z from 'zod'
import { type Group, makeConfig, type Sources, toGroup, variable } from '../src/config.ts'
import { flatName, readOptions, unflattened } from '../src/config-file.ts'
import { ConfigError } from '../src/core/errors.ts'
import { count, list, secret, seconds, text } from '../src/core/options.ts'

const lamp = toGroup('notifiers', {
  name: 'lamp-post',
  title: 'Lamp post',
  options: z.object({
    token: secret('Token', 'A token.').optional(),
    colour: text('Colour', 'A colour.').default('red'),
    maxTimes: count('Times', 'How often.', { max: 9 }).default(3),
    names: list('Names', 'Names.', z.string()).default([]),
  }),
})
const tail = toGroup('collectors', {
  name: 'tail',
  title: 'Tail',
  options: z.object({
    file: text('File', 'A file.').optional(),
    rest: seconds('Rest', 'Seconds.').default(1),
  }),
})
const groups: readonly Group[] = [lamp, tail]

function configOf(sources: Partial<Omit<Sources, 'saved'>> & { saved?: Record<string, unknown> } = {}) {
  const { environment = {}, file, saved = {} } = sources
  return makeConfig(groups, { environment, file, saved: () => saved })
}

function fileOf(values: Record<string, unknown>) {
  return { name: 'options.yaml', values }
}

test('nothing set: every default', () => {
  assert.deepEqual(configOf().group('notifiers.lamp-post'), {
    colour: 'red',
    maxTimes: 3,
    names: [],
    enabled: true,
  })
  assert.deepEqual(configOf().places('collectors.tail'), [{ rest: 1, enabled: true }])
})

test('environment before options file before saved setting; a default counts as not set', () => {
  const saved = { 'notifiers.lamp-post.colour': 'blue', 'notifiers.lamp-post.maxTimes': 5 }
  const file = fileOf({ notifiers: { 'lamp-post': { colour: 'green', maxTimes: 3 } } })
  const environment = { HEARTHWARDEN_NOTIFIERS_LAMP_POST_COLOUR: 'white' }
  assert.equal(configOf({ saved }).group('notifiers.lamp-post')['colour'], 'blue')
  assert.equal(configOf({ saved, file }).group('notifiers.lamp-post')['colour'], 'green')
  assert.equal(configOf({ saved, file }).group('notifiers.lamp-post')['maxTimes'], 5)
  assert.equal(configOf({ saved, file, environment }).group('notifiers.lamp-post')['colour'], 'white')
  const rows = configOf({ saved, file, environment }).settings()
  const colour = rows.find(({ path }) => path === 'notifiers.lamp-post.colour')
  assert.deepEqual([colour?.from, colour?.locked, colour?.value], ['environment', true, 'white'])
  const times = rows.find(({ path }) => path === 'notifiers.lamp-post.maxTimes')
  assert.deepEqual([times?.from, times?.locked, times?.value, times?.default], ['saved', false, 5, 3])
})

test('a saved value that is no longer right counts as not set', () => {
  const saved = {
    'notifiers.lamp-post.maxTimes': 500,
    'notifiers.lamp-post.colour': 'blue',
    'gone.option': 1,
  }
  assert.deepEqual(configOf({ saved }).group('notifiers.lamp-post'), {
    colour: 'blue',
    maxTimes: 3,
    names: [],
    enabled: true,
  })
})

test('the environment speaks text', () => {
  assert.equal(variable('collectors.pihole-log.file'), 'HEARTHWARDEN_COLLECTORS_PIHOLE_LOG_FILE')
  assert.equal(variable('house.learningDays'), 'HEARTHWARDEN_HOUSE_LEARNING_DAYS')
  const environment = {
    HEARTHWARDEN_NOTIFIERS_LAMP_POST_MAX_TIMES: '7',
    HEARTHWARDEN_NOTIFIERS_LAMP_POST_ENABLED: 'no',
    HEARTHWARDEN_NOTIFIERS_LAMP_POST_NAMES: 'a, b',
    HEARTHWARDEN_NOTIFIERS_LAMP_POST_COLOUR: '',
  }
  assert.deepEqual(configOf({ environment }).group('notifiers.lamp-post'), {
    colour: 'red',
    maxTimes: 7,
    names: ['a', 'b'],
    enabled: false,
  })
})

test('a collector has a list of places', () => {
  const file = fileOf({ collectors: { tail: [{ file: 'a' }, { file: 'b', rest: 2 }] } })
  assert.deepEqual(configOf({ file }).places('collectors.tail'), [
    { file: 'a', rest: 1, enabled: true },
    { file: 'b', rest: 2, enabled: true },
  ])
})

test('wrong options: one sentence that names the option', () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [
      { notifiers: { 'lamp-post': { maxTimes: 10 } } },
      /Option notifiers\.lamp-post\.maxTimes: .*HEARTHWARDEN_NOTIFIERS_LAMP_POST_MAX_TIMES/,
    ],
    [{ notifiers: { lamp: {} } }, /Option notifiers\.lamp in options\.yaml is not known/],
    [{ lamps: {} }, /Option lamps in options\.yaml is not known/],
    [{ notifiers: 5 }, /must hold options/],
    [{ notifiers: { 'lamp-post': [1] } }, /must hold options/],
    [
      { collectors: { tail: [{ file: 'a' }, { fil: 'b' }] } },
      /Option collectors\.tail\.fil in options\.yaml is not known/,
    ],
    [{ collectors: { tail: { fil: 'a' } } }, /Option collectors\.tail\.fil in options\.yaml is not known/],
    [{ notifiers: { 'lamp-post': { color: 'red' } } }, /Option notifiers\.lamp-post\.color .*not known/],
    [
      { notifiers: { 'lamp-post': { names: ['a', 5] } } },
      /Option notifiers\.lamp-post\.names\.1: .*HEARTHWARDEN_NOTIFIERS_LAMP_POST_NAMES\)/,
    ],
  ]
  for (const [values, message] of wrong) {
    assert.throws(
      () => configOf({ file: fileOf(values) }),
      (error: unknown) =>
        error instanceof ConfigError && message.test(error.message) && !error.message.includes('\n'),
      JSON.stringify(values),
    )
  }
  assert.throws(
    () => configOf({ environment: { HEARTHWARDEN_LAMPS: '1' } }),
    /HEARTHWARDEN_LAMPS in the environment is no option/,
  )
  const environment = { HEARTHWARDEN_NOTIFIERS_LAMP_POST_MAX_TIMES: 'many' }
  assert.throws(() => configOf({ environment }), /notifiers\.lamp-post\.maxTimes/)
})

test('what may be saved from the page', () => {
  const config = configOf({ environment: { HEARTHWARDEN_NOTIFIERS_LAMP_POST_COLOUR: 'white' } })
  assert.equal(config.accept('notifiers.lamp-post.maxTimes', 4).path, 'notifiers.lamp-post')
  assert.equal(config.accept('notifiers.lamp-post.maxTimes', null).path, 'notifiers.lamp-post')
  assert.throws(() => config.accept('notifiers.lamp-post.maxTimes', 40), ConfigError)
  assert.throws(() => config.accept('notifiers.lamp-post.colour', 'x'), /set in the environment/)
  assert.throws(() => config.accept('__proto__.x', 'x'), /no option/)
})

test('a secret is known as one and never shown', () => {
  const config = configOf({ saved: { 'notifiers.lamp-post.token': 'tok-1234' } })
  assert.deepEqual([...config.secrets()], ['tok-1234'])
  const row = config.settings().find(({ path }) => path === 'notifiers.lamp-post.token')
  assert.equal(row?.isSet, true)
  assert.equal(JSON.stringify(config.settings()).includes('tok-1234'), false)
})

test('the form of Home Assistant is flat', () => {
  assert.equal(flatName('notifiers.lamp-post.maxTimes'), 'lamp_post_max_times')
  const values = unflattened({ lamp_post_max_times: 4, lamp_post_token: '', tail_file: 'x' }, groups)
  assert.deepEqual(values, {
    notifiers: { 'lamp-post': { maxTimes: 4 } },
    collectors: { tail: { file: 'x' } },
  })
})

test('YAML, TOML and JSON are read; a damaged file is one sentence', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearthwarden-'))
  t.after(() => rm(folder, { recursive: true }))
  const files: Record<string, string> = {
    'a.yaml': 'notifiers:\n  lamp-post:\n    colour: blue\n',
    'a.toml': '[notifiers.lamp-post]\ncolour = "blue"\n',
    'a.json': '{"notifiers":{"lamp-post":{"colour":"blue"}}}',
    'empty.yaml': '# nothing\n',
    'bad.yaml': 'a: [1,\n b: }{',
    'bad.json': '{"a":',
    'list.json': '[1]',
    'a.ini': '',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  for (const name of ['a.yaml', 'a.toml', 'a.json']) {
    assert.deepEqual(JSON.parse(JSON.stringify(await readOptions(join(folder, name)))), {
      notifiers: { 'lamp-post': { colour: 'blue' } },
    })
  }
  assert.deepEqual(await readOptions(join(folder, 'empty.yaml')), {})
  for (const name of ['bad.yaml', 'bad.json', 'list.json', 'a.ini', 'gone.yaml']) {
    await assert.rejects(
      readOptions(join(folder, name)),
      (error: unknown) => error instanceof ConfigError && !error.message.includes('\n'),
    )
  }
})
