import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { listen, type Listener, makeApi } from '../../src/api/server.ts'
import type { DeviceId } from '../../src/core/device.ts'
import { hostileName, type TestHouse } from '../api/house.ts'
import { without } from '../partners.ts'
import { openPrefixProxy } from './browser.ts'
import { openServed, type Served, serveHouse, token } from './served.ts'

suite('the page', { skip: without('chromium') }, () => {
  let served: Served
  let house: TestHouse
  let browser: Browser
  let listener: Listener
  let device: DeviceId
  const serve = (port: number, end: AbortSignal) => serveHouse(house, port, end)
  const open = (hash: string) => served.open(hash)

  before(async () => {
    served = await openServed()
    ;({ house, browser, listener } = served)
    device = await house.deviceAt('192.168.1.23', hostileName)
    await house.alert(device, 'medium', 'first.example')
    await house.measure()
  })

  after(() => served?.close())

  test('without its link it says how to get in', async () => {
    const page = await browser.newPage()
    const response = await page.goto(listener.address)
    assert.equal(response?.status(), 401)
    assert.equal(await page.getByRole('heading').textContent(), 'This page needs its link')
    await page.close()
  })

  test('tells the state of the house in one glance, by landmarks and headings', async () => {
    const { page, complaints } = await open('')
    await page.getByRole('heading', { name: 'Open alerts' }).waitFor()
    const snapshot = await page.locator('body').ariaSnapshot()
    for (const part of [
      /- link "Skip to the page"/,
      /- banner:/,
      /- navigation "Pages":/,
      /- link "Home"/,
      /- main:/,
      /- region "State of the house":/,
      /- heading "Worth a look" \[level=1\]/,
      /- heading "Open alerts" \[level=2\]/,
      /- heading "Needs a look" \[level=2\]/,
      /No sensor can be read: give the right to\./,
      /- heading "Getting to know your home" \[level=2\]/,
      /- status/,
    ])
      assert.match(snapshot, part)
    assert.match(await page.title(), /^\(1\) Home · Hearthwarden$/)
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  test('shows what strangers call themselves as text and nothing else', async () => {
    const { page, complaints } = await open(`#/devices/${device}`)
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), hostileName)
    for (const hash of ['#/', '#/alerts', '#/devices']) {
      await page.goto(`${listener.address}/${hash}`)
      await page.getByText('<img src=x').first().waitFor()
      assert.equal(await page.locator('img').count(), 0)
    }
    assert.match(await page.title(), /Hearthwarden$/)
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  test('leads by keyboard from the first page through an alert to its acknowledgement', async () => {
    const { page } = await open('')
    const focused = () =>
      page.evaluate(() => {
        let element = document.activeElement
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
        return element?.textContent?.trim() ?? ''
      })
    const press = async (key: string, until: string) => {
      for (let times = 0; times < 30; times++) {
        await page.keyboard.press(key)
        if ((await focused()).includes(until)) return
      }
      assert.fail(`no way by ${key} to “${until}”`)
    }
    await press('Tab', 'Skip to the page')
    await page.keyboard.press('Enter')
    await press('Tab', 'first.example')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /first\.example/ }).waitFor()
    await press('Tab', 'Acknowledge')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('Acknowledged').waitFor()
    await page.getByRole('button', { name: 'Acknowledge' }).waitFor({ state: 'detached' })
    await page
      .locator('main')
      .getByText(/^\s*Acknowledged ·/)
      .waitFor()
    await page.getByText(/^Acknowledged on this page$/).waitFor()
    assert.equal(await focused(), 'This is expected…')
    await page.context().close()
  })

  test('shows a new alert without being asked, and says it to screen readers', async () => {
    const { page } = await open('')
    const other = await house.deviceAt('192.168.1.31', 'camera', '02:00:00:00:00:31')
    await house.alert(other, 'high', 'live.example')
    await page.getByRole('heading', { level: 1, name: 'Something needs you' }).waitFor()
    await page.getByRole('link', { name: /High .*live\.example/ }).waitFor()
    await page
      .locator('[aria-live=assertive]')
      .getByText(/^High alert: Asked for "live\.example"/)
      .waitFor()
    await page.getByRole('link', { name: 'Alerts 1 open' }).waitFor()
    await page.context().close()
  })

  test('"this is expected" says exactly what it covers before it is asked', async () => {
    const { page } = await open('#/alerts')
    await page.getByRole('link', { name: /live\.example/ }).click()
    await page.getByRole('button', { name: 'This is expected…' }).click()
    const cover = page.getByRole('group', { name: 'This is expected' })
    assert.match(
      (await cover.getByRole('listitem').textContent()) ?? '',
      /Threat lists\s+about live\.example from\s+camera/,
    )
    await cover.getByLabel('It holds').selectOption('for a week')
    await cover.getByRole('button', { name: 'Yes, it is expected' }).click()
    await page
      .locator('main')
      .getByText(/^\s*Expected ·/)
      .waitFor()
    const [grant] = house.store.grants.list()
    assert.equal(grant?.target, 'live.example')
    const days = grant ? (grant.until.getTime() - grant.from.getTime()) / 86_400_000 : 0
    assert.equal(Math.round(days), 7)
    await page.context().close()
  })

  test('finds what was seen, by text, kind and device', async () => {
    const { page, complaints } = await open('#/events')
    const rows = page.locator('hw-events li')
    await rows.filter({ hasText: 'asked for login.bad.example (A)' }).first().waitFor()
    const measured = rows.filter({ hasText: 'rtt 192.168.1.1: 2.4 ms' })
    assert.equal(await measured.count(), 0, 'measurements are shown when they are asked for')
    await page.getByLabel('Kind').selectOption('Measurements, too')
    await page.getByRole('button', { name: 'Search' }).click()
    await measured.first().waitFor()
    await page.getByLabel('Kind').selectOption('Answers to names')
    await page.getByRole('button', { name: 'Search' }).click()
    await rows.filter({ hasText: 'login.bad.example is NXDOMAIN, blocked' }).first().waitFor()
    await rows.filter({ hasText: 'asked for' }).first().waitFor({ state: 'detached' })
    await page.getByLabel('With this in it').fill('nobody-asked-for-this')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing like that was seen').waitFor()
    assert.equal(await page.getByText('measurements are under').count(), 0)
    await page.getByLabel('Kind').selectOption('All but measurements')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('other measurements are under “Kind”').waitFor()
    await page.goto(`${listener.address}/#/devices/${device}`)
    await page.getByRole('link', { name: 'Everything it was seen to do' }).click()
    await page.getByRole('heading', { name: /was seen to do/ }).waitFor()
    await rows.filter({ hasText: 'asked for login.bad.example (A)' }).first().waitFor()
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  test('gives a device a name of our own', async () => {
    const { page } = await open(`#/devices/${device}`)
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByLabel('Your name for it').fill('Anna’s tablet')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Anna’s tablet' }).waitFor()
    assert.equal(house.store.devices.get(device)?.label, 'Anna’s tablet')
    await page.context().close()
  })

  test('tests a channel and shows the real result', async () => {
    const { page } = await open('#/health')
    await page.getByRole('button', { name: 'Test media_player.kitchen' }).click()
    await page.locator('main').getByText('speech cannot reach media_player.kitchen').waitFor()
    await page.context().close()
  })

  test('says that the connection is lost, and is right again when it is back', async () => {
    const end = new AbortController()
    const first = await serve(0, end.signal)
    const page = await browser.newPage()
    await page.goto(`${first.address}/?token=${token}`)
    await page.locator('main h1').waitFor()
    end.abort()
    await first.closed
    await page.getByRole('alert').getByText('The connection is lost: what you see may be old').waitFor()
    const again = new AbortController()
    const second = await serve(first.port, again.signal)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await page.close()
    again.abort()
    await second.closed
  })

  test('works below a path that is not its own', async () => {
    const end = new AbortController()
    const ingress = await listen({
      app: makeApi(house.parts),
      host: '127.0.0.1',
      port: 0,
      access: { kind: 'gateway', address: '127.0.0.1' },
      now: () => new Date(),
      stop: end.signal,
    })
    const { address, server } = await openPrefixProxy('/api/hassio_ingress/s3cr3t/', ingress.port)
    const page = await browser.newPage()
    const failed: string[] = []
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(response.url())
    })
    await page.goto(address)
    await page.getByRole('link', { name: 'Devices' }).click()
    await page.getByRole('link', { name: 'Anna’s tablet' }).click()
    await page.getByRole('button', { name: 'Rename' }).waitFor()
    assert.deepEqual(failed, [])
    await page.close()
    end.abort()
    await ingress.closed
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})
