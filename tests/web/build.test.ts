import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildPage } from './browser.ts'

const dist = fileURLToPath(new URL('../../web/dist/', import.meta.url))

before(buildPage)

test('what is built is not built again', () => {
  const build = fileURLToPath(new URL('../../web/build.ts', import.meta.url))
  assert.equal(
    execFileSync(process.execPath, [build, '--unless-built'], { encoding: 'utf8' }),
    'the page is built\n',
  )
})

test('the page asks for nothing outside its own folder', () => {
  const html = readFileSync(`${dist}/index.html`, 'utf8')
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
  assert.equal(addresses.length > 2, true)
  for (const address of addresses) assert.match(address, /^\.\//)
  assert.doesNotMatch(html, /<script(?![^>]*src)/)
  const css = globSync(`${dist}/assets/*.css`)
    .map((file) => readFileSync(file, 'utf8'))
    .join('')
  assert.doesNotMatch(css, /url\(|@import/)
})

test('all its script is at most 60 kB as it is sent', () => {
  const sizes = globSync(`${dist}/assets/*.js`).map((file) => gzipSync(readFileSync(file)).byteLength)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  assert.equal(total > 0 && total <= 60_000, true, `${total} bytes`)
})
