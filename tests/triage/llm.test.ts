import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import { makeLog } from '../../src/core/log.ts'
import { makeJudge, type Judge } from '../../src/triage/llm.ts'
import { triageOptions, type TriageOptions } from '../../src/triage/options.ts'
import { faults } from './faults.ts'
import {
  line,
  ndjson,
  refuses,
  says,
  startDouble,
  valid,
  type DoubleOptions,
  type Reaction,
} from './ollama-double.ts'
import { certain, question, signal } from './questions.ts'

const log = makeLog({ level: 'error', secrets: () => [] })

function judgeOf(
  address: string,
  change: Partial<TriageOptions> = {},
  tools: { now?: () => Date; stop?: AbortSignal } = {},
): Judge {
  return makeJudge({
    options: { ...triageOptions.parse({ address }), ...change },
    log,
    now: tools.now ?? (() => new Date()),
    random: randomBytes,
    stop: tools.stop ?? new AbortController().signal,
  })
}

async function double(context: TestContext, options: DoubleOptions = {}, ...reactions: readonly Reaction[]) {
  const started = await startDouble(options)
  context.after(() => started.stop())
  if (reactions.length > 0) started.react(...reactions)
  return started
}

test('an answer that counts becomes a verdict', async (context) => {
  const { address, chats } = await double(context)
  const verdict = await judgeOf(address).judge(question())
  assert.deepEqual(
    { ...verdict, at: undefined, latencyMs: undefined },
    {
      at: undefined,
      latencyMs: undefined,
      severity: 'low',
      said: 'low',
      reason: 'The tablet asks for names that nobody would choose.',
      evidence: ['s7'],
      status: 'ok',
      model: 'llama3.1:8b',
      signalsSeq: 2,
      cached: false,
    },
  )
  const [asked] = chats
  assert.ok(asked)
  assert.equal(asked.stream, true)
  assert.equal(asked.truncate, false)
  assert.equal(asked.keep_alive, '10m')
  assert.equal(asked.think, undefined)
  assert.deepEqual(asked.options, { num_ctx: 4096, num_predict: 400, seed: 1, temperature: 0.2 })
  assert.deepEqual(
    asked.messages.map(({ role }) => role),
    ['system', 'user'],
  )
})

test('what it says is clamped into the band, and kept as it was said', async (context) => {
  const { address } = await double(context, {}, says(valid({ severity: 'none' })))
  const verdict = await judgeOf(address).judge(question({ band: certain }))
  assert.equal(verdict.severity, 'high')
  assert.equal(verdict.said, 'none')
  assert.equal(verdict.status, 'ok')
})

test('it may raise an alert as far as the band goes', async (context) => {
  const { address } = await double(context, {}, says(valid({ severity: 'high' })))
  const judge = judgeOf(address)
  const band = { floor: 'none', default: 'low', ceiling: 'medium' } as const
  assert.equal((await judge.judge(question())).severity, 'high')
  assert.equal((await judge.judge(question({ band }))).severity, 'medium')
})

test('a reason that tells of what was not in the question is dropped, its severity counts', async (context) => {
  const reason = 'The tablet spoke with 203.0.113.9 all day.'
  const { address } = await double(context, {}, says(valid({ reason, severity: 'high' })))
  const verdict = await judgeOf(address).judge(question())
  assert.equal(verdict.status, 'ungrounded')
  assert.equal(verdict.severity, 'high')
  assert.match(verdict.reason, /^A device asks for names that look made by a program/)
})

for (const { name, reaction, status, calls } of faults) {
  test(`the rules decide: ${name}`, async (context) => {
    const { address, chats } = await double(context, {}, reaction)
    const verdict = await judgeOf(address, { timeout: 0.3 }).judge(question())
    assert.equal(verdict.status, status)
    assert.equal(verdict.severity, 'medium')
    assert.equal(verdict.said, undefined)
    assert.match(verdict.reason, /^A device asks for names that look made by a program/)
    assert.deepEqual(verdict.evidence, ['s7'])
    assert.equal(chats.length, calls)
  })
}

test('with other dice the second answer may count', async (context) => {
  const { address, chats } = await double(context, {}, says('{"analysis":'), says(valid()))
  assert.equal((await judgeOf(address).judge(question())).status, 'ok')
  assert.deepEqual(
    chats.map(({ options }) => [options.seed, options.temperature]),
    [
      [1, 0.2],
      [2, 0.3],
    ],
  )
})

test('an answer in pieces that split a character, in a fence, or among blanks counts', async (context) => {
  const inPieces: Reaction = (response, body) => {
    ndjson(response)
    const text = valid({ reason: 'The tablet asks for odd names, käm es.' })
    const bytes = Buffer.from(
      `${line(body, text)}${line(body, '', { done: true, done_reason: 'stop', prompt_eval_count: 1500 })}`,
    )
    const middle = bytes.indexOf(0xc3) + 1
    response.write(bytes.subarray(0, middle), () => response.end(bytes.subarray(middle)))
  }
  const fenced = says(`\`\`\`json\n${valid()}\n\`\`\``)
  const blanks = says(valid().replaceAll(':', '\n\t  :\n\n '))
  const { address } = await double(context, {}, inPieces, fenced, blanks)
  const judge = judgeOf(address)
  for (const target of ['a.example', 'b.example', 'c.example'])
    assert.equal((await judge.judge(question({ signals: [signal({ target })] }))).status, 'ok')
})

test('an answer that holds the canary, the marks or the instructions is not used', async (context) => {
  const canary: Reaction = (response, body) => {
    const word = /Never write the word (\w+)/.exec(body.messages[0]?.content ?? '')?.[1]
    says(valid({ analysis: `The word is ${word} and so on.` }))(response, body)
  }
  const mark: Reaction = (response, body) => {
    const word = /^DATA (\w+)$/m.exec(body.messages[1]?.content ?? '')?.[1]
    says(valid({ reason: `The data is marked ${word} here.` }))(response, body)
  }
  const instructions: Reaction = (response, body) =>
    says(valid({ analysis: body.messages[0]?.content.slice(0, 200) }))(response, body)
  const { address, chats } = await double(context, {}, canary, mark, instructions)
  const judge = judgeOf(address)
  for (const _ of [1, 2, 3]) {
    const verdict = await judge.judge(question())
    assert.equal(verdict.status, 'canary')
    assert.equal(verdict.severity, 'medium')
    assert.equal(verdict.said, undefined)
  }
  assert.equal(chats.length, 3)
})

test('the same question is not asked twice, until its answer is old', async (context) => {
  let time = new Date('2026-11-20T22:00:00Z')
  let digest = 'one'
  const { address, chats, react } = await double(context, { digest: () => digest })
  const judge = judgeOf(address, {}, { now: () => time })
  const asked = async (change: Parameters<typeof question>[0] = {}) => {
    const before = chats.length
    const { cached } = await judge.judge(question(change))
    assert.equal(cached, chats.length === before)
    return chats.length - before
  }
  assert.equal(await asked(), 1)
  assert.equal(
    await asked({
      id: 'a2',
      signals: [signal({ id: 's9', evidence: { ...signal().evidence, names: 14.2 } })],
    }),
    0,
  )
  assert.deepEqual((await judge.judge(question({ signals: [signal({ id: 's9' })] }))).evidence, ['s9'])
  assert.equal(await asked({ signals: [signal({ target: 'other.example' })] }), 1, 'another name')
  assert.equal(await asked({ band: certain }), 1, 'another floor')
  time = new Date('2026-11-21T21:59:00Z')
  assert.equal(await asked(), 0)
  time = new Date('2026-11-21T22:01:00Z')
  assert.equal(await asked(), 1, 'a day has passed')
  digest = 'two'
  react(says(valid({ severity: 'high' })))
  assert.equal(await asked(), 1, 'another model')
  time = new Date('2026-11-21T23:02:00Z')
  assert.equal(await asked(), 1, 'what is worse than low is kept for an hour')
})

test('a failure is not kept', async (context) => {
  const { address } = await double(context, {}, says(''), says(''), says(valid()))
  const judge = judgeOf(address)
  assert.equal((await judge.judge(question())).status, 'invalid')
  assert.equal((await judge.judge(question())).status, 'ok')
})

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
    message: /^127\.0\.0\.1:\d+ does not answer \(\w+\): start Ollama there, or correct its address$/,
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
  const { address } = await double(context, {}, () => stop.abort())
  await assert.rejects(judgeOf(address, {}, { stop: stop.signal }).judge(question()), { name: 'AbortError' })
})

test('a model that thinks is asked in the way in which it keeps to a schema', async (context) => {
  const sure: Reaction = (response, body) =>
    says('color' in body.format.properties ? '{"color":"red","number":7,"word":"yes"}' : valid())(
      response,
      body,
    )
  const onlyUntold: Reaction = (response, body) =>
    (body.think === false ? sure : says('Well.'))(response, body)
  const { address, chats } = await double(context, { capabilities: ['completion', 'thinking'] }, onlyUntold)
  const judge = judgeOf(address)
  assert.equal((await judge.judge(question())).status, 'ok')
  await judge.judge(question({ signals: [signal({ target: 'other.example' })] }))
  assert.deepEqual(
    chats.map(({ think }) => think),
    [undefined, false, false, false],
    'two trials, once, and two questions',
  )
})

test('check says what is there and what to do', async (context) => {
  const good = await double(context)
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
  const leaky = await double(context, { version: '0.17.0' })
  assert.match((await judgeOf(leaky.address).check())[0]?.message ?? '', /update it to 0\.17\.1 or newer$/)
  const built = await double(context, { version: '0.0.0' })
  assert.equal((await judgeOf(built.address).check())[0]?.ok, true)
  const bare = await double(context, { models: [] })
  assert.deepEqual(await judgeOf(bare.address).check(), [
    { ok: false, message: 'Ollama does not have the model llama3.1:8b: run "ollama pull llama3.1:8b" there' },
  ])
})

test('an address that nobody gave is no fault when nothing answers', () => {
  assert.equal(judgeOf('http://127.0.0.1:1').isChosen, true)
  assert.equal(
    makeJudge({
      options: triageOptions.parse({}),
      log,
      now: () => new Date(),
      random: randomBytes,
      stop: new AbortController().signal,
    }).isChosen,
    false,
  )
})
