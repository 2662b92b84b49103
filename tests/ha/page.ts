import type { Browser, Page } from 'playwright-core'
import type { Core } from './core.ts'

/** Home Assistant's own page, let in as the person is. */
export async function openFrontend(
  browser: Browser,
  { address, token }: Core,
  at: string,
  viewport = { width: 1280, height: 760 },
): Promise<Page> {
  const page = await browser.newPage({ viewport })
  page.setDefaultTimeout(20_000)
  const tokens = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: 1800,
    expires: Date.now() + 1_800_000,
    hassUrl: address,
    clientId: `${address}/`,
    refresh_token: '',
  }
  await page.addInitScript((given) => localStorage.setItem('hassTokens', given), JSON.stringify(tokens))
  await page.goto(`${address}/${at}`)
  return page
}

/** Where a picture goes: into the docs when they are drawn (`DRAW_DOCS=1`), else into a folder of the test's own. */
export function pictureOf(name: string, folder: string): string {
  return process.env['DRAW_DOCS'] === '1' ? `docs/${name}.png` : `${folder}/${name}.png`
}
