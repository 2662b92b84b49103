import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import * as z from 'zod'
import { until } from '../daemon.ts'
import { startHomeDouble, type HomeDouble } from '../homeassistant/home-double.ts'
import { buildPage, openBrowser } from '../web/browser.ts'
import { gateway, startSupervisor, supervisorAddress, type SupervisorDouble } from './supervisor-double.ts'

const token = 'supervisor-token-of-this-start'
const entry = '/api/hassio_ingress/AbCdEf0123456789-_'
const port = 62_345
let folder: string
let log: string
let home: HomeDouble
let supervisor: SupervisorDouble
let daemon: ChildProcess
let output = ''
let browser: Browser
let page: Page
let shown: FrameLocator
const complaints: string[] = []

before(async () => {
  buildPage()
  folder = await mkdtemp(join(tmpdir(), 'hearthwarden-ingress-'))
  log = join(folder, 'pihole.log')
  await writeFile(log, '')
  home = await startHomeDouble({ token })
  supervisor = await startSupervisor({
    token,
    homePort: home.port,
    self: {
      slug: '0123abcd_hearthwarden',
      ip_address: gateway,
      ingress_entry: entry,
      ingress_port: port,
      options: {},
    },
  })
  const data = join(folder, 'data')
  await mkdir(data)
  // As the Supervisor writes it at each start: the form of the manifest, flat, with its defaults.
  await writeFile(
    join(data, 'options.json'),
    JSON.stringify({ recap_time: '08:00', triage_model: 'llama3.1:8b', pihole_log_file: log }),
  )
  const list = join(folder, 'list.txt')
  await writeFile(list, 'ingress-malware.example\n')
  daemon = spawn(process.execPath, ['src/main.ts', '--data', data], {
    env: {
      PATH: process.env['PATH'],
      SUPERVISOR_TOKEN: token,
      HEARTHWARDEN_CONFIG: join(data, 'options.json'),
      HEARTHWARDEN_COLLECTORS_NMAP_ENABLED: 'false',
      HEARTHWARDEN_INTEL_LISTS: JSON.stringify([{ name: 'test', file: list }]),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  daemon.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  daemon.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  browser = await openBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await until(async () => ((await reach(supervisorAddress, '/health')) === 200 ? true : undefined), {
    seconds: 30,
    what: () => `the ingress listener; so far: ${output}`,
  })
  await page.goto(supervisor.address)
  shown = page.frameLocator('iframe')
})

after(async () => {
  await browser?.close()
  daemon?.kill('SIGKILL')
  await supervisor?.close()
  await home?.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** The status that the ingress listener answers to somebody who comes from this address. */
function reach(localAddress: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ host: gateway, port, path, localAddress, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', () => resolve(0))
    asked.end()
  })
}

test('the page opens in the frame, below the prefix, without the link', async () => {
  await shown.getByRole('heading', { level: 1 }).waitFor()
  assert.deepEqual(supervisor.refused, [])
})

test('nobody but the Supervisor’s gateway is answered, whatever he says of himself', async () => {
  assert.equal(await reach(supervisorAddress, '/api/status'), 200)
  for (const headers of [{}, { 'X-Forwarded-For': supervisorAddress }, { 'X-Remote-User-Id': 'admin' }])
    assert.equal(await reach(gateway, '/api/status', headers), 403)
})

test('no door is open but ingress and, on loopback, the terminal’s behind its token', async () => {
  const own = String(daemon.pid)
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${own}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local = '']) => local),
  )
  const [addressOf, portOf] = [(one: string) => one.split(':')[0], (one: string) => one.split(':')[1]]
  const loopback = '0100007F'
  const [theirs, terminal] = [[home.port, 8123], []]
  const known = new Set(
    [...theirs, ...terminal].map((one) => one.toString(16).toUpperCase().padStart(4, '0')),
  )
  const ours = listening.filter(
    (one) => !(addressOf(one) === loopback && known.has(portOf(one) ?? '')) && !one.startsWith('02201EAC:'),
  )
  const ingress = ours.filter((one) => one === `01201EAC:${port.toString(16).toUpperCase()}`)
  assert.equal(ingress.length, 1, listening.join())
  const rest = ours.filter((one) => !ingress.includes(one))
  assert.equal(
    rest.every((one) => addressOf(one) === loopback),
    true,
    rest.join(),
  )
  const { address } = JSON.parse(await readFile(join(folder, 'data', 'daemon.json'), 'utf8'))
  assert.equal((await fetch(`${String(address)}/api/status`)).status, 401)
})

test('what happens is shown live, through ingress', async () => {
  const [, month = '', day = '', time = ''] = /^\w+ (\w+) (\d+) \d+ (\S+)/.exec(new Date().toString()) ?? []
  const stamp = `${month} ${day.replace(/^0/, ' ')} ${time}`
  await writeFile(
    log,
    `${stamp} dnsmasq[7]: query[A] ingress-malware.example from 192.168.1.77\n${stamp} dnsmasq[7]: reply ingress-malware.example is 192.0.2.7\n`,
    { flag: 'a' },
  )
  await shown.getByRole('heading', { level: 1, name: 'Something needs you' }).waitFor()
  await shown.getByRole('link', { name: /High .*ingress-malware\.example/ }).click()
  await shown.getByRole('heading', { level: 1, name: /ingress-malware\.example/ }).waitFor()
})

/** What the browser has saved after a press on *Download*. */
async function saved(): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    shown.getByRole('button', { name: 'Download' }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

test('an alert is saved as a file', async () => {
  const { name, text } = await saved()
  assert.match(name, /^hearthwarden-alert-a\d+\.json$/)
  const { alert, story } = z
    .object({ alert: z.object({ title: z.string() }), story: z.array(z.object({ what: z.string() })) })
    .parse(JSON.parse(text))
  assert.match(alert.title, /ingress-malware\.example/)
  assert.equal(
    story.some(({ what }) => what === 'Opened'),
    true,
  )
})

test('hostile words are looked for without the Supervisor taking them for an attack', async () => {
  await shown.getByRole('link', { name: 'Events' }).click()
  for (const text of ["' union all select 1", '../../proc/self/environ', '<script>alert(1)</script>']) {
    await shown.getByLabel('With this in it').fill(text)
    await shown.getByRole('button', { name: 'Search' }).click()
    await shown.getByText('Nothing like that was seen').waitFor()
  }
  await shown.getByLabel('With this in it').fill('ingress-malware')
  await shown.getByRole('button', { name: 'Search' }).click()
  await shown.getByText('asked for ingress-malware.example (A)').waitFor()
  assert.deepEqual(supervisor.refused, [])
})

test('what was found is saved as a table', async () => {
  const { name, text } = await saved()
  assert.equal(name, 'hearthwarden-events.csv')
  const lines = text.split('\r\n')
  assert.match(lines[0] ?? '', /^\uFEFFat,device,device_name,kind,address,qname,/)
  assert.equal(
    lines.some((line) => /,dns-query,192\.168\.1\.77,ingress-malware\.example,A,/.test(line)),
    true,
  )
  assert.equal(
    lines.slice(1, -1).every((line) => line.includes('ingress-malware.example')),
    true,
  )
})

test('a setting is saved, and what the app’s own form sets is shown as locked', async () => {
  await shown.getByRole('link', { name: 'Settings' }).click()
  await shown.locator('summary', { hasText: 'The house' }).click()
  await shown.getByLabel('Sensitivity').selectOption('strict')
  await shown.getByRole('button', { name: 'Save' }).click()
  await shown.getByText('Saved here.').waitFor()
  await shown.locator('summary', { hasText: 'Pi-hole log' }).click()
  assert.equal(await shown.getByLabel('Pi-hole or dnsmasq log').isDisabled(), true)
})

test('a broker that is registered later is found by itself, with the rights of the least role', async () => {
  supervisor.register({ host: '127.0.0.1', port: 1, ssl: false, username: 'addons', password: 'x' })
  await until(
    () =>
      supervisor.asked.some(({ path, status }) => path === '/services/mqtt' && status === 200)
        ? true
        : undefined,
    { seconds: 90, what: () => JSON.stringify(supervisor.asked) },
  )
  assert.deepEqual(
    // The list of apps may need a greater role: then they are not seen, which is said.
    supervisor.asked.filter(({ path, status }) => [401, 403].includes(status) && path !== '/addons'),
    [],
  )
  assert.equal(output.includes(token), false)
})

test('it ends when the Supervisor says so', async () => {
  daemon.kill('SIGTERM')
  const [code] = await once(daemon, 'exit')
  assert.equal(code, 0)
  assert.deepEqual(complaints, [])
})
