import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { makeFolder, startDaemon } from './daemon.ts'

/** The terminal's words, over a running daemon and over the data folder itself: the same answers. */

const looking = ['status', 'alerts', 'signals', 'devices', 'events', 'stats', 'baseline', 'recap']

/** Runs one command as a person does; gives its exit code and what it wrote. */
async function run(folder: string, words: readonly string[], input = '') {
  const data = words.includes('judge') ? [] : ['--data', join(folder, 'data')]
  const child = spawn(process.execPath, ['src/cli.ts', ...words, ...data], {
    env: { ...process.env, HEARTHWARDEN_API_PORT: '0' },
  })
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, out, err, lines: out.split('\n').filter((line) => line !== '') }
}

/** What it wrote with `--json`: one object a line. */
async function rows(folder: string, words: readonly string[], input = '') {
  const { code, lines, err } = await run(folder, [...words, '--json'], input)
  assert.equal(code, 0, `${words.join(' ')}: ${err}`)
  return lines.map((line): Record<string, unknown> => JSON.parse(line))
}

function query(second: number, name: string): string {
  return `Nov 18 10:00:${String(second).padStart(2, '0')} dnsmasq[1]: query[A] ${name} from 192.168.1.20\n`
}

/** Where the commands look: a data folder with a daemon over it, or without. */
async function makePlace(t: TestContext, how: 'with a daemon' | 'without a daemon'): Promise<string> {
  const folder = await makeFolder(t)
  if (how === 'without a daemon') return folder
  const daemon = await startDaemon(folder, { collectors: { temperature: { enabled: false } } })
  t.after(() => daemon.kill())
  return folder
}

for (const how of ['with a daemon', 'without a daemon'] as const) {
  test(`every command looks, ${how}`, async (t) => {
    const folder = await makePlace(t, how)
    for (const word of looking) {
      const { code, err } = await run(folder, [word])
      assert.equal(code, 0, `${word}: ${err}`)
      await rows(folder, [word])
    }
    const [status] = await rows(folder, ['status'])
    assert.ok(status?.['state'])
    const summary = await run(folder, ['status'])
    assert.ok(summary.lines.length <= 6, summary.out)
    assert.match(summary.out, how === 'with a daemon' ? /sources? watched/ : /does not run/)
    assert.doesNotMatch(summary.out, /\b1 (devices|names|sources)\b/)
    assert.match((await run(folder, ['status', '--all'])).out, /requests +Well/)
    assert.deepEqual(
      (await rows(folder, ['events'])).filter(({ kind }) => kind === 'health' || kind === 'reading'),
      [],
    )
    const checks = await run(folder, ['check', '--json'])
    assert.ok(checks.lines.length > 0)
    assert.equal(checks.code, checks.lines.some((line) => JSON.parse(line).ok === false) ? 1 : 0)
  })

  test(`history is imported once, ${how}`, async (t) => {
    const folder = await makePlace(t, how)
    const file = join(folder, 'old.log')
    await writeFile(file, query(1, 'one.example') + query(2, 'two.example'))
    const bring = async () => rows(folder, ['import', '--source', 'pihole-log', file])
    const names = async () =>
      (await rows(folder, ['events', '--kind', 'dns-query']))
        .map(({ qname }) => String(qname))
        .toSorted((a, b) => a.localeCompare(b))
    assert.deepEqual(await bring(), [{ file, lines: 2, events: 2, new: 2 }])
    assert.deepEqual(await bring(), [{ file, lines: 2, events: 0, new: 0 }])
    await appendFile(file, query(3, 'three.example'))
    assert.deepEqual(await bring(), [{ file, lines: 3, events: 1, new: 1 }], 'a grown file goes on')
    await writeFile(
      `${file}.gz`,
      gzipSync(query(1, 'one.example') + query(2, 'two.example') + query(3, 'three.example')),
    )
    const [packed] = await rows(folder, ['import', '--source', 'pihole-log', `${file}.gz`])
    assert.equal(packed?.['new'], 0, 'packed, it is the same file')
    assert.deepEqual(await names(), ['one.example', 'three.example', 'two.example'])
    assert.deepEqual(await rows(folder, ['signals']), [], 'history is not judged')
    assert.deepEqual(await rows(folder, ['replay', '--since', '2020-01-01', '--detector', 'dga']), [])
  })

  test(`what is asked is done, or refused in one sentence, ${how}`, async (t) => {
    const folder = await makePlace(t, how)
    assert.deepEqual(await rows(folder, ['acknowledge']), [{ ok: true, message: 'Nothing is open' }])
    const unknown = await run(folder, ['expect', 'a99'])
    assert.equal(unknown.code, 1)
    assert.match(unknown.out, /no such alert/i)
    const [made] = await rows(folder, ['recap', '--now'])
    assert.equal(made?.['ok'], true)
    const [recap] = await rows(folder, ['recap'])
    assert.match(String(recap?.['headline']), /no alerts/)
    await mkdir(join(folder, 'folder'))
    await writeFile(join(folder, 'torn.gz'), gzipSync(query(1, 'one.example').repeat(1000)).subarray(0, 80))
    const wrong = [
      ['collect', 'nosuch'],
      ['replay', '--detector', 'nosuch'],
      ['alerts', '--status', 'nonsense'],
      ['events', '--kind', 'nonsense'],
      ['expect', 'nonsense'],
      ['import', '--source', 'nosuch', join(folder, 'options.test.json')],
      ['import', '--source', 'pihole-log', join(folder, 'absent.log')],
      ['import', '--source', 'pihole-log', join(folder, 'folder')],
      ['import', '--source', 'pihole-log', join(folder, 'torn.gz')],
    ]
    await writeFile(join(folder, 'options.test.json'), '{"api":{"port":0}}')
    for (const words of wrong) {
      const { code, err, out } = await run(folder, words)
      const said = `${words.join(' ')}: ${code} ${out} ${err}`
      assert.ok(code === 2 || (code === 1 && words[0] === 'expect'), said)
      assert.doesNotMatch(err, /\n\s+at /, said)
    }
  })
}

test('a check fails for what a person has set and does not work, and for nothing else', async (t) => {
  const folder = await makeFolder(t)
  const file = join(folder, 'here.json')
  const check = async (collectors: Readonly<Record<string, unknown>>) => {
    await writeFile(file, JSON.stringify({ collectors }))
    const { code, lines } = await run(folder, ['check', '--json', '--config', file])
    const rows = lines.map((line): Record<string, unknown> => JSON.parse(line))
    return { code, rows, dns: rows.find(({ plugin }) => plugin === 'pihole-log') }
  }
  const fresh = await check({})
  assert.equal(fresh.code, 0, JSON.stringify(fresh.rows.filter(({ ok }) => ok === false)))
  assert.deepEqual([fresh.dns?.['optional'], fresh.dns?.['mark']], [true, 'Not set up'])
  const wrong = await check({ 'pihole-log': { file: join(folder, 'absent.log') } })
  assert.equal(wrong.code, 1)
  assert.deepEqual([wrong.dns?.['ok'], wrong.dns?.['mark']], [false, 'Needs you'])
})

test('without a daemon one pass of a source is taken, and it is only learned from when one says so', async (t) => {
  const folder = await makeFolder(t)
  const log = join(folder, 'dns.log')
  const file = join(folder, 'here.json')
  await writeFile(file, JSON.stringify({ collectors: { 'pihole-log': { file: log } } }))
  await writeFile(log, query(1, 'one.example'))
  const collect = (...more: string[]) => rows(folder, ['collect', 'pihole-log', '--config', file, ...more])
  await collect()
  await appendFile(log, query(2, 'two.example'))
  assert.deepEqual(await collect('--learning'), [{ loop: 'collect/pihole-log', taken: 1 }])
  assert.deepEqual(await collect(), [{ loop: 'collect/pihole-log', taken: 0 }])
  const seen = await rows(folder, ['events', '--kind', 'dns-query'])
  assert.equal(seen.length, 2)
  assert.equal(seen.find(({ qname }) => qname === 'two.example')?.['imported'], true)
})

test('names are judged from the command line and from standard input', async (t) => {
  const folder = await makeFolder(t)
  const given = await rows(folder, ['judge', 'domain', 'wikipedia.org', 'xkqjzvbtrwpl.com'])
  const piped = await rows(folder, ['judge', 'domain', '-'], 'wikipedia.org\n\nxkqjzvbtrwpl.com\n')
  assert.deepEqual(piped, given)
  assert.deepEqual(
    given.map(({ name }) => name),
    ['wikipedia.org', 'xkqjzvbtrwpl.com'],
  )
  assert.ok(Number(given[1]?.['confidence']) > Number(given[0]?.['confidence']))
})

test('a wrong word or option is answered with how it is right, and exit code 2', async (t) => {
  const folder = await makeFolder(t)
  for (const words of [
    ['nosuch'],
    ['alerts', '--nosuch'],
    ['alerts', '--limit', 'many'],
    ['events', '--since', 'whenever'],
    ['import', 'file.log'],
    ['status', '--config', join(folder, 'absent.yaml')],
  ]) {
    const { code, err } = await run(folder, words)
    assert.equal(code, 2, words.join(' '))
    assert.match(err, /\S/)
    assert.doesNotMatch(err, /\n\s+at /, words.join(' '))
  }
  const help = await run(folder, ['help'])
  assert.equal(help.code, 0)
})

test('what a kill left half written of the way to the daemon is no daemon', async (t) => {
  const folder = await makeFolder(t)
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'daemon.json'), '{"address":"http://127')
  assert.equal((await rows(folder, ['status'])).length, 1)
})

test('one pass of everything ends by itself', async (t) => {
  const folder = await makeFolder(t)
  const log = join(folder, 'dns.log')
  const file = join(folder, 'here.json')
  await writeFile(
    file,
    JSON.stringify({ collectors: { 'pihole-log': { file: log }, nmap: { enabled: false } } }),
  )
  await writeFile(log, query(1, 'one.example'))
  const { code, err } = await run(folder, ['run', '--once', '--config', file])
  assert.equal(code, 0, err)
  assert.equal((await rows(folder, ['events', '--kind', 'dns-query'])).length, 1)
})
