import { readFileSync, writeFileSync } from 'node:fs'
import { openBrowser } from '../tests/web/browser.ts'

/** Draws `icon.png` (128 × 128) and `logo.png` (250 × 100) from `addon/logo.svg`, on nothing, in Chromium. */
const drawing = readFileSync('addon/logo.svg', 'utf8')
const pictures = [
  { file: 'icon.png', width: 128, height: 128, viewBox: '0 0 100 100' },
  { file: 'logo.png', width: 250, height: 100, viewBox: '0 0 250 100' },
]

const browser = await openBrowser()
try {
  for (const { file, width, height, viewBox } of pictures) {
    const page = await browser.newPage({ viewport: { width, height } })
    const svg = drawing.replace(
      'viewBox="0 0 250 100"',
      `viewBox="${viewBox}" width="${width}" height="${height}"`,
    )
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`)
    writeFileSync(file, await page.screenshot({ omitBackground: true }))
  }
} finally {
  await browser.close()
}
