import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const css = readFileSync(new URL('../../web/theme.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media')

/** Text on what lies behind it. WCAG 2.2 AA asks for 4.5 : 1. */
const pairs = [
  ...['background', 'card', 'raised'].flatMap((behind) => [
    ['text', behind],
    ['soft', behind],
    ['accent', behind],
  ]),
  ['on-accent', 'accent'],
  ['accent', 'accent-soft'],
  ...['high', 'medium', 'low', 'none'].flatMap((word) => [
    [word, `${word}-soft`],
    [word, 'card'],
    ['text', `${word}-soft`],
  ]),
]

for (const [name, part] of [
  ['light', light],
  ['dark', dark],
] as const)
  test(`every text can be read in the ${name}`, () => {
    const colours = new Map(
      [...part.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, key, value]) => [key, value]),
    )
    for (const [text = '', behind = ''] of pairs) {
      const contrast = ratio(colours.get(text) ?? '', colours.get(behind) ?? '')
      assert.equal(contrast >= 4.5, true, `${text} on ${behind}: ${contrast.toFixed(2)}`)
    }
  })

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function ratio(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (lighter + 0.05) / (darker + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
