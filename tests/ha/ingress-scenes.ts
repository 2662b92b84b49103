import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { startMosquitto } from '../bridges/mosquitto.ts'
import { makeFolder, until } from '../daemon.ts'
import { buildPage, openBrowser } from '../web/browser.ts'
import { supervisorAddress } from '../ingress/supervisor-double.ts'
import { type Core, startCore } from './core.ts'
import { asked, bad } from './house.ts'
import { openFrontend, pictureOf } from './page.ts'
import { addPhone, type Phone } from './phone.ts'
import { app, coreToken, type Hassio, startHassio } from './supervisor.ts'

let folder: string
let log: string
let hassio: Hassio
let core: Core
let phone: Phone
let daemon: ChildProcess
let output = ''
let browser: Browser
let page: Page
let ours: FrameLocator
const ends: (() => Promise<unknown> | void)[] = []

before(async () => {
  buildPage()
  folder = await makeFolder({ after: (end) => ends.push(end) })
  hassio = await startHassio()
  ends.push(() => hassio.close())
  const broker = await startMosquitto()
  ends.push(() => broker.close())
  core = await startCore({
    brokerPort: broker.port,
    environment: { SUPERVISOR: supervisorAddress, SUPERVISOR_TOKEN: coreToken },
  })
  ends.push(() => core.stop())
  phone = await addPhone(core, 'Phone')
  hassio.lead({ port: Number(new URL(core.address).port), token: core.token, brokerPort: broker.port })

  log = join(folder, 'dnsmasq.log')
  const [list, data] = [join(folder, 'bad.txt'), join(folder, 'data')]
  await Promise.all([writeFile(log, ''), writeFile(list, `${bad}\n`), mkdir(data)])
  await writeFile(
    join(data, 'options.json'),
    JSON.stringify({ recap_time: '08:00', triage_model: 'llama3.1:8b', pihole_log_file: log }),
  )
  daemon = spawn(process.execPath, ['src/main.ts', '--data', data], {
    env: {
      PATH: process.env['PATH'],
      SUPERVISOR_TOKEN: core.token,
      HEARTHWARDEN_CONFIG: join(data, 'options.json'),
      HEARTHWARDEN_COLLECTORS_NMAP_ENABLED: 'false',
      HEARTHWARDEN_TRIAGE_ENABLED: 'false',
      HEARTHWARDEN_INTEL_LISTS: JSON.stringify([{ name: 'bad', file: list }]),
      HEARTHWARDEN_NOTIFIERS_HOME_ASSISTANT_PHONES: JSON.stringify([phone.service]),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  ends.push(async () => {
    if (daemon.exitCode !== null) return
    daemon.kill('SIGTERM')
    await once(daemon, 'exit')
  })
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  browser = await openBrowser()
  ends.push(() => browser.close())
  await until(
    () =>
      ['connected to Home Assistant', 'threat list loaded'].every((one) => output.includes(one)) || undefined,
    {
      seconds: 30,
      what: () => `the program: ${output}`,
    },
  )
})
after(async () => {
  for (const end of ends.reverse()) await end()
})

test('the page stands in Home Assistant’s own, with a place in its side bar', async () => {
  page = await openFrontend(browser, core, app.slug)
  ours = page.frameLocator('iframe')
  await ours.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('Hearthwarden', { exact: true }).first().waitFor()
  for (const name of ['time.example', 'news.example', 'music.example'])
    await appendFile(log, asked(name, '192.168.1.31'))
  await appendFile(log, asked(bad, '192.168.1.23'))
  await ours.getByRole('heading', { level: 1, name: 'Something needs you' }).waitFor()
  await ours.getByText('Names looked up today').waitFor()
  await page.screenshot({ path: pictureOf('home-assistant', folder) })
  assert.deepEqual(
    hassio.unknown.filter((one) => one.startsWith('Core: GET')),
    [],
  )
})

test('the notification stands there, and Show me leads to the alert', async () => {
  await page.getByText('Notifications', { exact: true }).first().click()
  const link = page.getByRole('link', { name: 'Show me' })
  // It slides in.
  await link.hover()
  await page.screenshot({ path: pictureOf('notification', folder) })
  await link.click()
  await ours.getByRole('heading', { level: 1, name: new RegExp(bad) }).waitFor()
  assert.match(page.url(), /\/app\/0123abcd_hearthwarden\/alerts\/a\d+$/)
})

test('a phone’s Show me leads to its alert, in the page that stands open, too', async () => {
  await appendFile(log, asked(bad, '192.168.1.24'))
  const push = await until(() => phone.pushes().find(({ message }) => message.includes('192.168.1.24')), {
    seconds: 15,
    what: () => `a push: ${output}`,
  })
  const to = push.data?.actions.find(({ title }) => title === 'Show me')?.uri
  assert.match(to ?? '', /^\/app\/0123abcd_hearthwarden\/alerts\/a\d+$/)
  // As the companion app does it, without loading the page anew.
  await page.evaluate((path) => {
    history.pushState(null, '', path)
    window.dispatchEvent(new CustomEvent('location-changed', { detail: { replace: false } }))
  }, to)
  await ours.getByRole('link', { name: '192.168.1.24' }).waitFor()
  // Who goes on from there is left alone.
  await ours.getByRole('link', { name: 'Devices' }).click()
  await ours.getByRole('heading', { level: 1, name: 'Devices' }).waitFor()
  await page.setViewportSize({ width: 1100, height: 760 })
  await ours.getByRole('heading', { level: 1, name: 'Devices' }).waitFor()
})
