import assert from 'node:assert/strict'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { listen, type Listener, makeApi } from '../../src/api/server.ts'
import { openTestHouse, type TestHouse } from '../api/house.ts'
import { buildPage, openBrowser } from './browser.ts'

/** What the link carries. */
export const token = 'the-right-token'

/** A house whose page is served, and a browser to look at it. */
export interface Served {
  readonly house: TestHouse
  readonly browser: Browser
  readonly listener: Listener
  /** A browser of its own that has used the link; a test looks at what its console complains of. */
  open(hash: string, options?: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }>
  close(): Promise<void>
}

/** Serves a house on a port (0: any) until `stop`. */
export function serveHouse(house: TestHouse, port: number, stop: AbortSignal): Promise<Listener> {
  return listen({
    app: makeApi(house.parts),
    host: '127.0.0.1',
    port,
    access: { kind: 'token', token, hosts: [] },
    now: () => new Date(),
    stop,
  })
}

/** A house of its own, and its page. */
export async function openServed(): Promise<Served> {
  buildPage()
  const stop = new AbortController()
  const house = await openTestHouse()
  const listener = await serveHouse(house, 0, stop.signal)
  const browser = await openBrowser()
  return {
    house,
    browser,
    listener,
    async open(hash, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      context.setDefaultTimeout(10_000)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
      await page.goto(`${listener.address}/?token=${token}`)
      assert.equal(page.url(), `${listener.address}/`)
      await page.goto(`${listener.address}/${hash}`)
      await page.locator('main h1').first().waitFor()
      return { page, complaints }
    },
    async close() {
      await browser.close()
      stop.abort()
      await listener.closed
      await house.close()
    },
  }
}
