import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { DeviceId } from '../../src/core/device.ts'
import { hostileName } from '../api/house.ts'
import { without } from '../partners.ts'
import { openServed, type Served } from './served.ts'

suite('the page at every width', { skip: without('chromium') }, () => {
  let served: Served
  let device: DeviceId

  before(async () => {
    served = await openServed()
    device = await served.house.deviceAt('192.168.1.23', hostileName)
    await served.house.alert(device, 'low', 'a-name-that-is-quite-long.example')
  })

  after(() => served?.close())

  test('is dark where people like it dark, and fits the smallest phone', async () => {
    const { page, complaints } = await served.open('', {
      colorScheme: 'dark',
      viewport: { width: 360, height: 740 },
    })
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    assert.equal(background, 'rgb(22, 20, 18)')
    for (const hash of [
      '#/',
      '#/alerts',
      `#/devices/${device}`,
      '#/devices',
      '#/health',
      '#/recap',
      '#/settings',
    ]) {
      await page.goto(`${served.listener.address}/${hash}`)
      await page.locator('main h1').first().waitFor()
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.equal(tooWide <= 0, true, `${hash} is ${tooWide} px too wide`)
    }
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  test('keeps together what belongs together, at every width', async () => {
    for (const width of [360, 390, 760, 1280]) {
      const { page } = await served.open('', { viewport: { width, height: 800 } })
      const note = page.getByText(/\d seen lately/)
      assert.equal(
        await note.evaluate((one) => one.getClientRects().length),
        1,
        `${width}: a note in one piece`,
      )
      const tops = await page
        .getByRole('navigation')
        .getByRole('link')
        .evaluateAll((links) => links.map((link) => link.getBoundingClientRect().top))
      assert.equal(width > 768 || new Set(tops).size === 1, true, `${width}: one row of pages`)
      const row = page.locator('hw-alert-list a').first()
      const badge = await row.locator('hw-severity span').boundingBox()
      const title = await row.locator('.title').boundingBox()
      if (!badge || !title) assert.fail('an alert has a severity and a title')
      const beside = title.x - (badge.x + badge.width)
      assert.ok(
        width < 544 ? title.y >= badge.y + badge.height : beside > 0 && beside < 24,
        `${width}: ${beside} px`,
      )
      await page.goto(`${served.listener.address}/#/devices`)
      const address = page.getByText('192.168.1.23')
      await address.waitFor()
      const height = await address.evaluate((one) => {
        const range = document.createRange()
        range.selectNodeContents(one)
        return range.getBoundingClientRect().height
      })
      assert.ok(height < 32, `${width}: an address in one line, not ${height} px`)
      await page.context().close()
    }
  })
})
