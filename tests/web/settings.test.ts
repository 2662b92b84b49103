import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { without } from '../partners.ts'
import { openServed, type Served } from './served.ts'

suite('the settings on the page', { skip: without('chromium') }, () => {
  let served: Served

  before(async () => {
    served = await openServed()
  })

  after(() => served?.close())

  test('saves a setting, and shows as locked what is set outside', async () => {
    const { page } = await served.open('#/settings')
    await page.locator('summary', { hasText: 'The house' }).click()
    await page.getByLabel('Sensitivity').selectOption('strict')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved here.').waitFor()
    assert.equal(served.house.set.get('house.sensitivity'), 'strict')
    await page.locator('summary', { hasText: 'Discord' }).click()
    assert.equal(await page.getByLabel('Webhook').isDisabled(), true)
    await page
      .getByText('Locked: HEARTHWARDEN_NOTIFIERS_DISCORD_WEBHOOK in the environment sets it')
      .waitFor()
    await page.context().close()
  })

  test('finds a setting among all, by keyboard, and says how many there are', async () => {
    const { page, complaints } = await served.open('#/settings')
    const main = page.locator('main')
    await page.getByRole('heading', { level: 2, name: 'What is told, and how' }).waitFor()
    await page.getByRole('search').getByRole('searchbox', { name: 'Find a setting' }).focus()
    await page.keyboard.type('webhook made')
    await main.getByRole('status').getByText('1 setting found').waitFor()
    await page.getByLabel('Webhook').waitFor()
    assert.equal(await main.getByRole('group').count(), 1)
    await page.keyboard.type(' nobody has such a setting')
    await page.getByText('No setting has such words in it.').waitFor()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await main.getByRole('group').nth(1).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByLabel('Webhook').waitFor()
    assert.deepEqual(complaints, [])
    await page.context().close()
  })
})
