import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import * as z from 'zod'

/** The import table of the architecture: what a room may know, beside itself. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  math: [],
  formats: ['core'],
  homeassistant: ['core', 'math'],
  store: ['core', 'math'],
  triage: ['core', 'math'],
  config: ['core', 'math'],
  intel: ['core', 'formats'],
  collectors: ['core', 'formats'],
  probes: ['core', 'formats'],
  detectors: ['core', 'math'],
  notifiers: ['core'],
  bridges: ['core'],
  responders: ['core'],
  pipeline: ['core', 'math', 'store', 'triage'],
  api: ['core', 'store'],
  agent: ['core', 'formats', 'collectors', 'responders'],
  app: [
    ...['config', 'core', 'math', 'formats', 'homeassistant', 'store', 'triage', 'intel', 'pipeline', 'api'],
    ...['collectors', 'detectors', 'notifiers', 'bridges', 'probes', 'responders', 'package.json'],
  ],
  main: ['app', 'config', 'core', 'api/client.ts', 'package.json'],
  cli: ['app', 'config', 'core', 'main', 'api/client.ts', 'package.json'],
}

const named = z.record(z.string(), z.string()).optional()
const locked = z.object({ dependencies: named, optionalDependencies: named })

const pluginRooms = ['collectors', 'detectors', 'notifiers', 'bridges']
const sources = globSync('src/**/*.ts')
const own = [...sources, ...globSync('{web,addon,bench,tests}/**/*.ts')].filter(
  (file) => !file.includes('node_modules'),
)

function textOf(file: string): string {
  return readFileSync(file, 'utf8')
}

/** `src/store/open.ts` lies in `store`, `src/app-loops.ts` in `app`. */
function roomOf(file: string): string {
  const [, first = ''] = file.split('/')
  return first.endsWith('.ts') ? (first.replace('.ts', '').split('-')[0] ?? '') : first
}

function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)
  return [...found].map(([, path = '']) => normalize(join(dirname(file), path)))
}

test('imports go down only, as the table says', () => {
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((target) => {
        const [from, to] = [roomOf(file), roomOf(target)]
        const allowed = mayImport[from] ?? []
        return (
          from !== to && !allowed.some((room) => to === room || target === `src/${room}` || target === room)
        )
      })
      .map((target) => `${file} → ${target}`),
  )
  assert.deepEqual(wrong, [])
})

test('plugins do not know each other', () => {
  const wrong = sources
    .filter((file) => pluginRooms.includes(roomOf(file)) && basename(file) !== 'index.ts')
    .flatMap((file) => {
      const [, room = '', name = ''] = file.split('/')
      const plugin = name.replace('.ts', '')
      const others = importsOf(file).filter((target) => roomOf(target) === room)
      return others
        .filter((target) => !target.startsWith(`src/${room}/${plugin}`))
        .map((target) => `${file} → ${target}`)
    })
  assert.deepEqual(wrong, [])
})

test('a plugin is one file and one line', () => {
  for (const room of pluginRooms) {
    const index = textOf(`src/${room}/index.ts`)
    const files = globSync(`src/${room}/*.ts`).filter((file) => basename(file) !== 'index.ts')
    const plugins = files.filter((file) => textOf(file).includes('export default {'))
    assert.deepEqual(
      plugins.toSorted(),
      files.toSorted(),
      `${room}: each file beside the registry is a plugin`,
    )
    for (const file of plugins) {
      assert.equal(index.split(`from './${basename(file)}'`).length, 2, `${file} is imported once`)
      assert.match(
        textOf(file),
        new RegExp(`name: '${basename(file, '.ts')}'`),
        `${file} bears its file's name`,
      )
    }
  }
})

test('a file is about one thing', () => {
  const long = own
    .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300)
  assert.deepEqual(long, [])
})

test('what the house style does not allow', () => {
  const rules: { pattern: RegExp; unless: readonly string[]; files?: readonly string[] }[] = [
    { pattern: /\bsetInterval\(|\bsetTimeout\(|\bsetImmediate\(/, unless: ['src/core/time.ts'] },
    { pattern: /process\.env/, unless: ['src/config.ts', 'src/main.ts', 'src/cli-house.ts'] },
    { pattern: /@ts-(ignore|expect-error|nocheck)/, unless: [] },
    { pattern: /catch\s*(\([^)]*\)\s*)?\{\s*\}|\.catch\(\(\) => (\{\}|undefined|null)\)/, unless: [] },
    {
      pattern: /\bas (?!const\b)[A-Za-z{(]/,
      unless: ['src/core/device.ts', 'src/store/rows.ts', 'src/triage/sanitise.ts'],
    },
    { pattern: /^(export )?(let|var) /m, unless: [] },
    { pattern: /^export default (?!\{)/m, unless: [] },
  ]
  for (const { pattern, unless } of rules) {
    const found = sources.filter((file) => !unless.includes(file) && pattern.test(withoutText(textOf(file))))
    assert.deepEqual(found, [], String(pattern))
  }
  const exported = sources.filter(
    (file) => /^export default/m.test(textOf(file)) && !pluginRooms.includes(roomOf(file)),
  )
  assert.deepEqual(exported, [], 'only plugins are default exports')
  const vague = own.filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.ts)/.test(file))
  assert.deepEqual(vague, [])
})

/** Code without its comments, strings and renamed imports. */
function withoutText(code: string): string {
  return code
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gm, "''")
    .replaceAll(/^(import|export) (type )?[{*][^;]*?from ''$/gm, '')
}

test('each exported thing has a sentence', () => {
  const bare = sources.flatMap((file) => {
    const lines = textOf(file).split('\n')
    return lines.flatMap((line, at) => {
      const isExport = /^export (async )?(function|const|class)/.test(line)
      return isExport && !/\*\/\s*$/.test(lines[at - 1] ?? '')
        ? [`${file}:${at + 1} ${line.slice(0, 60)}`]
        : []
    })
  })
  const known = bare.filter((line) => !/(Options|Schema|severities|Statuses|States|logLevels)\b/.test(line))
  assert.deepEqual(known, [])
})

test("no file bears a name that Home Assistant's Supervisor reads as its own", () => {
  const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n')
  const taken = files.filter((file) => /(^|\/)(config|build|repository)\.(json|ya?ml)$/.test(file))
  assert.deepEqual(
    taken.filter((file) => file !== 'config.yaml' && file !== 'repository.yaml'),
    [],
  )
})

test('what is generated is up to date', () => {
  execFileSync(process.execPath, ['addon/generate.ts', '--check'], { encoding: 'utf8' })
})

test('the lockfile holds every package for every platform, and names no registry', () => {
  // Written by npm where a registry lacks a platform's package, it misses that package, and `npm ci` refuses it.
  const { packages } = z
    .object({ packages: z.record(z.string(), locked) })
    .parse(JSON.parse(textOf('package-lock.json')))
  const names = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
  const missing = Object.values(packages).flatMap((one) =>
    Object.keys({ ...one.dependencies, ...one.optionalDependencies }).filter((name) => !names.has(name)),
  )
  assert.deepEqual(missing, [])
  assert.equal(textOf('package-lock.json').includes('"resolved": "http'), false)
})
