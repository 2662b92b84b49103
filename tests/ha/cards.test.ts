import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { parse } from 'yaml'
import * as z from 'zod'
import { startMosquitto } from '../bridges/mosquitto.ts'
import { until } from '../daemon.ts'
import { without } from '../partners.ts'
import { openBrowser } from '../web/browser.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { startHouse, type TestHouse } from './house.ts'
import { openFrontend } from './page.ts'

const skip = (await withoutCore()) || without('chromium')
const card = z.looseObject({ type: z.string() })
const states = z.array(z.object({ entity_id: z.string() }))
const entity = /\b(?:sensor|binary_sensor|event|button|switch|select)\.hearthwarden_[a-z0-9_]*[a-z0-9]/g

suite('the cards of DOCS.md in a real Home Assistant', { skip }, () => {
  let core: Core
  let house: TestHouse
  let browser: Browser
  let cards: string[]
  const ends: (() => Promise<void> | void)[] = []

  before(async () => {
    const docs = await readFile('DOCS.md', 'utf8')
    cards = [...docs.matchAll(/<!-- card -->\n\n```yaml\n([\s\S]*?)\n```/g)].map(([, yaml = '']) => yaml)
    const broker = await startMosquitto()
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

  test('each entity that they name is there', async () => {
    assert.equal(cards.length >= 6, true, 'they are found')
    const named = new Set(cards.flatMap((yaml) => yaml.match(entity) ?? []))
    let missing: string[] = []
    await until(
      async () => {
        const there = states.parse(await core.get('/api/states')).map(({ entity_id: id }) => id)
        missing = [...named].filter((id) => !there.some((one) => one.startsWith(id)))
        return missing.length === 0 ? true : undefined
      },
      { seconds: 40, what: () => missing.join(', ') },
    )
  })

  test('each is drawn, with what it is about', async () => {
    await house.attack('192.168.1.77', 'evil-control.example')
    await house.alertOf('192.168.1.77')
    const wire = await core.wire()
    const path = 'docs-cards'
    const config = { views: [{ title: 'Cards', cards: cards.map((yaml) => card.parse(parse(yaml))) }] }
    await wire.ask({ type: 'lovelace/dashboards/create', url_path: path, title: 'Cards', mode: 'storage' })
    await wire.ask({ type: 'lovelace/config/save', url_path: path, config })
    wire.close()
    const page = await openFrontend(browser, core, `${path}/0`)
    for (const words of [
      'Home network',
      /192\.168\.1\.77: Asked for "evil-control\.example"/,
      /The last seven days: 1 high alert; 2 new devices\./,
      /disk\/temp1: 48\.\d* °C/,
      'Acknowledge all',
    ])
      await page.getByText(words).first().waitFor()
    await page.locator('hui-history-graph-card canvas').first().waitFor()
    assert.equal(await page.locator('hui-error-card, hui-warning').count(), 0)
    await page.getByText('Acknowledge all').click()
    await until(
      async () => ((await house.alertOf('192.168.1.77')).status === 'acknowledged' ? true : undefined),
      { seconds: 10, what: () => 'the alert to be acknowledged' },
    )
    await page.getByText('Nothing is open.').waitFor()
    await page.close()
  })
})
