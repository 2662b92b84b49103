import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import * as z from 'zod'
import { type Mosquitto, startMosquitto } from '../bridges/mosquitto.ts'
import { until } from '../daemon.ts'
import { without } from '../partners.ts'
import { openBrowser } from '../web/browser.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, type TestHouse } from './house.ts'
import { openFrontend, pictureOf } from './page.ts'

const skip = (await withoutCore()) || without('chromium')
const path = 'hearthwarden-home'
const result = z.object({ ok: z.boolean(), message: z.string() })

suite('the dashboard in a real Home Assistant', { skip }, () => {
  let folder: string
  let broker: Mosquitto
  let core: Core
  let house: TestHouse
  let browser: Browser
  const ends: (() => Promise<void> | void)[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearthwarden-pictures-'))
    ends.push(() => rm(folder, { recursive: true }))
    broker = await startMosquitto()
    ends.push(() => broker.close())
    core = await startCore({ brokerPort: broker.port, parts: ['history', 'logbook'] })
    ends.push(() => core.stop())
    house = await startHouse({ after: (end: () => Promise<void>) => ends.push(end) }, core, {
      bridges: { mqtt: { address: broker.address } },
    })
    browser = await openBrowser()
    ends.push(() => browser.close())
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  const ask = async () => result.parse(await house.daemon.post('/api/requests', { kind: 'dashboard' }))

  test('is made on a click, of our sensors, and is seen there', async () => {
    const sensor = '/api/states/sensor.hearthwarden_temperature_disk_temp1'
    await until(async () => ((await core.get(sensor).catch(() => undefined)) ? true : undefined), {
      seconds: 40,
      what: () => 'the last of our sensors',
    })
    await until(async () => ((await ask()).ok ? true : undefined), { seconds: 40, what: () => 'our sensors' })
    await house.attack('192.168.1.77')
    await house.alertOf('192.168.1.77')
    await house.daemon.post('/api/requests', { kind: 'recap' })
    const page = await openFrontend(browser, core, `${path}/0`, { width: 1640, height: 880 })
    await page.getByText('The newest alert').waitFor()
    for (const words of [
      'Severity',
      'Open alerts',
      'Acknowledge all alerts',
      'DNS queries today',
      'What is set',
    ])
      await page.getByText(words, { exact: true }).first().waitFor()
    await page.locator('hui-attribute-row', { hasText: 'evil-control.example' }).first().waitFor()
    assert.equal(await page.locator('hui-error-card, hui-warning').count(), 0)
    await page.getByText('1 high alert; all sources well').waitFor()
    const picture = await page.screenshot({ path: pictureOf('dashboard', folder) })
    assert.equal(picture.length > 20_000, true)
    await page.close()
  })

  test('is never made again over what a person has made of it', async () => {
    const wire = await core.wire()
    const own = { title: 'Mine', views: [{ title: 'Mine', cards: [] }] }
    await wire.ask({ type: 'lovelace/config/save', url_path: path, config: own })
    const again = await ask()
    assert.equal(again.ok, false)
    assert.match(again.message, /there already/)
    assert.deepEqual(await wire.ask({ type: 'lovelace/config', url_path: path }), own)
    wire.close()
  })
})
