import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { makeLog, scrub } from '../../src/core/log.ts'
import { quote } from '../../src/core/text.ts'

test('a secret never reaches a log, wherever it stands', () => {
  const lines: string[] = []
  const to = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const secret = 'sEcr3t"/with\\quotes'
  const log = makeLog({ level: 'debug', secrets: () => [secret, 'abc'], to })
  log.error(`https://discord.com/api/webhooks/1/${secret}`, {
    nested: { header: secret },
    stack: `Error: ${secret}\n at x`,
  })
  log.named(secret).info('abc is too short to be one')
  assert.equal(lines.length, 2)
  for (const line of lines) {
    assert.equal(line.includes('sEcr3t'), false)
    assert.equal(line.trimEnd().split('\n').length, 1)
    JSON.parse(line)
  }
  assert.match(lines[1] ?? '', /abc is too short/)
})

test('scrub leaves the rest as it is', () => {
  assert.equal(scrub('a token1234 b token1234', ['token1234']), 'a ••• b •••')
})

test('text of strangers stays on one line and shows what it hides', () => {
  assert.equal(quote('a\nb\u001b[31m\u202e"\\'), String.raw`"a\u{a}b\u{1b}[31m\u{202e}\u{22}\u{5c}"`)
  assert.equal(quote('x'.repeat(200)).length, 102)
  assert.equal(quote('größe 🙂'), '"größe 🙂"')
})
