import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { isLeaky } from '../../src/triage/server.ts'
import { doubleFor, judgeOf } from './judge.ts'
import { line, ndjson, refuses, startDouble } from './ollama-double.ts'
import { question } from './questions.ts'

test('while there is no model to ask nothing is judged, and it says what to do', async (context) => {
  const { address, stop, react } = await startDouble()
  const busy = 'server busy, please try again.  maximum pending requests exceeded'
  react(refuses(503, busy))
  await assert.rejects(
    judgeOf(address).judge(question()),
    new UnavailableError(`Ollama at ${new URL(address).host} is busy (503): asked again by itself`),
  )
  await assert.rejects(
    judgeOf(address, { model: 'nope:8b' }).judge(question()),
    new UnavailableError('Ollama does not have the model nope:8b: run "ollama pull nope:8b" there'),
  )
  react((response) => void response.writeHead(403).end())
  await assert.rejects(judgeOf(address).judge(question()), ConfigError)
  await stop()
  await assert.rejects(judgeOf(address).judge(question()), {
    name: 'UnavailableError',
    message:
      /^127\.0\.0\.1:\d+ does not answer \((ECONNREFUSED|the connection broke)\): start Ollama there, or correct its address$/,
  })

  const page = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  )
  await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening))
  context.after(() => page.close())
  const other = page.address()
  assert.ok(other !== null && typeof other === 'object')
  await assert.rejects(judgeOf(`http://127.0.0.1:${other.port}`).judge(question()), {
    name: 'UnavailableError',
    message: /is not Ollama/,
  })
})

test('a server that vanishes in the middle is asked again later; a question that kills it twice is left to the rules', async (context) => {
  const first = await startDouble()
  const port = Number(new URL(first.address).port)
  const judge = judgeOf(first.address)
  first.react((response, body) => {
    ndjson(response)
    response.write(line(body, '{"analysis":"'), () => void first.stop())
  })
  await assert.rejects(judge.judge(question()), UnavailableError)

  const second = await startDouble({ port })
  context.after(() => second.stop())
  second.react((response) => response.destroy())
  const verdict = await judge.judge(question())
  assert.equal(verdict.status, 'invalid')
  assert.equal(verdict.severity, 'medium')
  assert.equal(second.chats.length, 1)
})

test('stop ends a call at once', async (context) => {
  const stop = new AbortController()
  const { address } = await doubleFor(context, {}, () => stop.abort())
  await assert.rejects(judgeOf(address, {}, { stop: stop.signal }).judge(question()), { name: 'AbortError' })
})

test('check says what is there and what to do', async (context) => {
  const good = await doubleFor(context)
  assert.deepEqual(
    (await judgeOf(good.address).check()).map(({ ok, message }) => [
      ok,
      message.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST'),
    ]),
    [
      [true, 'Ollama 0.17.4 answers at HOST'],
      [true, 'It has the model llama3.1:8b (c9dd03679a73)'],
    ],
  )
  const leaky = await doubleFor(context, { version: '0.17.0' })
  assert.match((await judgeOf(leaky.address).check())[0]?.message ?? '', /update it to 0\.17\.1 or newer$/)
  const bare = await doubleFor(context, { models: [] })
  assert.deepEqual(await judgeOf(bare.address).check(), [
    { ok: false, message: 'Ollama does not have the model llama3.1:8b: run "ollama pull llama3.1:8b" there' },
  ])
})

test('an address that nobody gave is no fault when nothing answers', () => {
  assert.equal(judgeOf('http://127.0.0.1:1').isChosen, true)
  assert.equal(judgeOf(undefined).isChosen, false)
})

test('what a caller waits for ends with the caller', async (context) => {
  const caller = new AbortController()
  const { address } = await doubleFor(context, {}, () => caller.abort())
  await assert.rejects(judgeOf(address).judge(question(), caller.signal), { name: 'AbortError' })
})

test('a server that sends us elsewhere is not followed', async (context) => {
  const elsewhere = await doubleFor(context)
  const { address, chats } = await doubleFor(context, {}, (response) => {
    response.writeHead(307, { location: `${elsewhere.address}/api/chat` }).end()
  })
  assert.equal((await judgeOf(address).judge(question())).status, 'invalid')
  assert.equal(chats.length, 2)
  assert.equal(elsewhere.chats.length, 0)
})

test('versions that give away what they were asked are known', () => {
  for (const version of ['0.1.0', '0.9.6', '0.17.0']) assert.equal(isLeaky(version), true, version)
  for (const version of ['0.17.1', '0.17.4', '0.33.0-rc2', '1.0.0', '0.0.0'])
    assert.equal(isLeaky(version), false, version)
})
