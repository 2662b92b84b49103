import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod'
import { groups } from '../../src/app.ts'
import { unflattened } from '../../src/config-file.ts'
import { find, without } from '../partners.ts'
import { isOptionType, manifestSchema, ratingOf, translationSchema } from './manifest.ts'

const textOf = (file: string) => readFileSync(file, 'utf8')
const manifest = manifestSchema.parse(parse(textOf('config.yaml')))
const languages = readdirSync('translations').map((file) => file.replace(/\.yaml$/, ''))

test('the manifest, the package, the changelog and the image name one version', () => {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf('package.json')))
  assert.equal(manifest.version, version)
  const released = textOf('CHANGELOG.md').match(/^## (?!Unreleased)(\S+)/m)?.[1]
  assert.equal(released === undefined || released.startsWith(version), true)
  const release = textOf('.github/workflows/release.yaml')
  assert.match(manifest.image, new RegExp(`^${/REGISTRY: (\S+)/.exec(release)?.[1]}/[^/]+/hearthwarden$`))
  for (const arch of manifest.arch) assert.match(release, new RegExp(`arch: ${arch},`))
})

test('its options are about a dozen, of types that the Supervisor knows, and all of them are ours', () => {
  const names = Object.keys(manifest.schema)
  assert.equal(names.length >= 7 && names.length <= 16, true, names.join())
  for (const [name, type] of Object.entries(manifest.schema)) {
    const words = typeof type === 'string' ? type : (type[0] ?? '')
    assert.equal(isOptionType(words), true, `${name}: ${words}`)
    // One with a default is required, one without is optional.
    const isRequired = typeof type === 'string' && !words.endsWith('?')
    assert.equal(isRequired, name in manifest.options, name)
  }
  assert.deepEqual(
    Object.keys(manifest.options).filter((name) => !names.includes(name)),
    [],
  )
  const given = unflattened(Object.fromEntries(names.map((name) => [name, 'a'])), groups)
  assert.deepEqual(
    Object.keys(given).filter((name) => names.includes(name)),
    [],
    'each stands for an option',
  )
})

test('each language has words for each option, and no others', () => {
  assert.deepEqual(languages.toSorted(), ['de', 'en', 'nl'])
  for (const language of languages) {
    const { configuration } = translationSchema.parse(parse(textOf(`translations/${language}.yaml`)))
    assert.deepEqual(Object.keys(configuration).toSorted(), Object.keys(manifest.schema).toSorted(), language)
  }
})

test('it asks for the least: rated 6 of 8, and DOCS.md explains each permission', () => {
  assert.equal(ratingOf(manifest, { profile: true }), 6)
  const documents = textOf('DOCS.md')
  for (const permission of [
    ...[
      'host_network',
      'NET_ADMIN',
      'NET_RAW',
      'journald',
      'homeassistant_api',
      'hassio_api',
      'mqtt',
      'share',
    ],
    'apparmor',
  ])
    assert.match(documents, new RegExp(`\`[^\`]*${permission}[^\`]*\``), permission)
})

test(
  'the profile bears the slug on the one line that the Supervisor rewrites, and can be parsed',
  {
    skip: without('apparmor_parser', 'apparmor'),
  },
  () => {
    const profile = textOf('apparmor.txt')
    const lines = profile.split('\n').filter((line) => /^profile ([^ ]+).*$/.test(line))
    assert.deepEqual(
      lines.map((line) => line.split(' ')[1]),
      [manifest.slug],
    )
    const parser = find('apparmor_parser')
    if (parser === false) return
    execFileSync(parser, ['--skip-kernel-load', '--skip-cache', '--debug', 'apparmor.txt'], { stdio: 'pipe' })
  },
)

test('the store’s pictures have the sizes that it shows', () => {
  for (const [file, width, height] of [
    ['icon.png', 128, 128],
    ['logo.png', 250, 100],
  ] as const) {
    const picture = readFileSync(file)
    assert.equal(picture.toString('latin1', 1, 4), 'PNG')
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [width, height], file)
    assert.equal(picture.length < 50_000, true, `${file} is small`)
  }
})

test('the repository’s file says who and where', () => {
  z.strictObject({ name: z.string(), url: z.url(), maintainer: z.string() }).parse(
    parse(textOf('repository.yaml')),
  )
})
