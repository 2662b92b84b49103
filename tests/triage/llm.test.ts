import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults } from './faults.ts'
import { doubleFor, judgeOf } from './judge.ts'
import { line, ndjson, says, valid, type Reaction } from './ollama-double.ts'
import { certain, question, signal } from './questions.ts'

test('an answer that counts becomes a verdict', async (context) => {
  const { address, chats } = await doubleFor(context)
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
  const { address } = await doubleFor(context, {}, says(valid({ severity: 'none' })))
  const verdict = await judgeOf(address).judge(question({ band: certain }))
  assert.equal(verdict.severity, 'high')
  assert.equal(verdict.said, 'none')
  assert.equal(verdict.status, 'ok')
})

test('it may raise an alert as far as the band goes', async (context) => {
  const { address } = await doubleFor(context, {}, says(valid({ severity: 'high' })))
  const judge = judgeOf(address)
  const band = { floor: 'none', default: 'low', ceiling: 'medium' } as const
  assert.equal((await judge.judge(question())).severity, 'high')
  assert.equal((await judge.judge(question({ band }))).severity, 'medium')
})

test('a reason that tells of what was not in the question is dropped, its severity counts', async (context) => {
  const reason = 'The tablet spoke with 203.0.113.9 all day.'
  const { address } = await doubleFor(context, {}, says(valid({ reason, severity: 'high' })))
  const verdict = await judgeOf(address).judge(question())
  assert.equal(verdict.status, 'ungrounded')
  assert.equal(verdict.severity, 'high')
  assert.match(verdict.reason, /^A device asks for names that look made by a program/)
})

for (const { name, reaction, status, calls } of faults) {
  test(`the rules decide: ${name}`, async (context) => {
    const { address, chats } = await doubleFor(context, {}, reaction)
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
  const { address, chats } = await doubleFor(context, {}, says('{"analysis":'), says(valid()))
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
  const { address } = await doubleFor(context, {}, inPieces, fenced, blanks)
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
  const { address, chats } = await doubleFor(context, {}, canary, mark, instructions)
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
  const { address, chats, react } = await doubleFor(context, { digest: () => digest })
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
  const { address } = await doubleFor(context, {}, says(''), says(''), says(valid()))
  const judge = judgeOf(address)
  assert.equal((await judge.judge(question())).status, 'invalid')
  assert.equal((await judge.judge(question())).status, 'ok')
})

test('a model that thinks is asked in the way in which it keeps to a schema', async (context) => {
  const sure: Reaction = (response, body) =>
    says('color' in body.format.properties ? '{"color":"red","number":7,"word":"yes"}' : valid())(
      response,
      body,
    )
  const onlyUntold: Reaction = (response, body) =>
    (body.think === false ? sure : says('Well.'))(response, body)
  const { address, chats } = await doubleFor(
    context,
    { capabilities: ['completion', 'thinking'] },
    onlyUntold,
  )
  const judge = judgeOf(address)
  assert.equal((await judge.judge(question())).status, 'ok')
  await judge.judge(question({ signals: [signal({ target: 'other.example' })] }))
  assert.deepEqual(
    chats.map(({ think }) => think),
    [undefined, false, false, false],
    'two trials, once, and two questions',
  )
})
