import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, UnavailableError } from '../../src/core/errors.ts'
import type { Home } from '../../src/core/home.ts'
import { toStructure } from '../../src/triage/ai-task.ts'
import { toFormat } from '../../src/triage/schema.ts'
import { judgeOf } from './judge.ts'
import { certain, open, question, signal } from './questions.ts'

const entity = 'ai_task.model'
const answer = {
  analysis: 'One name on a list is little evidence. Nothing else agrees.',
  benign_cause: 'none',
  category: 'dns',
  evidence: ['E1'],
  reason: 'The model has looked at it.',
  severity: 'low',
}

/** A Home Assistant whose AI task answers so; what was asked is kept. */
function homeOf(generate: () => Promise<unknown>, preferred: string | null = entity) {
  const calls: Parameters<Home['call']>[0][] = []
  const refuse = () => assert.fail('not asked for')
  const home: Home = {
    isSupervised: false,
    ...{
      watch: refuse,
      events: refuse,
      subscribe: refuse,
      broker: refuse,
      page: refuse,
      apps: refuse,
      isRunning: refuse,
    },
    states: async () => [{ entity_id: entity, state: 'unknown', attributes: {} }],
    send: async () => ({ gen_data_entity_id: preferred }),
    async call(action) {
      calls.push(action)
      return generate()
    },
  }
  return { home, calls }
}

const judge = (home: Home | undefined, change = {}) =>
  judgeOf(undefined, { engine: 'home-assistant', ...change }, { home })
const about = (band = open) => question({ band, signals: [signal({ target: 'a.example' })] })

test('the answer counts as that of any model: checked, clamped, kept', async () => {
  const { home, calls } = homeOf(async () => ({ data: answer, conversation_id: 'x' }))
  const one = judge(home)
  const verdict = await one.judge(about())
  assert.equal(verdict.status, 'ok')
  assert.equal(verdict.said, 'low')
  assert.equal(verdict.model, entity)
  assert.equal((await one.judge(about())).cached, true)
  assert.equal((await one.judge(about(certain))).severity, 'high')
  assert.equal(calls[0]?.data?.['entity_id'], entity)
  assert.equal(calls[0]?.returnResponse, true)
})

test('an answer that does not count is asked for once more, then the rules decide', async () => {
  const { home, calls } = homeOf(async () => ({ data: 'I think so' }))
  assert.equal((await judge(home).judge(about())).status, 'invalid')
  assert.equal(calls.length, 2)
  const refusing = homeOf(() => Promise.reject(new Error('Home Assistant refuses: "quota"')))
  assert.equal((await judge(refusing.home).judge(about())).status, 'invalid')
})

test('a model that takes too long is not waited for', async () => {
  const { home } = homeOf(() => new Promise(() => undefined))
  assert.equal((await judge(home, { timeout: 0.05 }).judge(about())).status, 'timeout')
})

test('one that is away is missed, and what a person must choose is said', async () => {
  const away = homeOf(() => Promise.reject(new UnavailableError('away')))
  await assert.rejects(judge(away.home).judge(about()), UnavailableError)
  const { home } = homeOf(async () => undefined, null)
  await assert.rejects(judge(home).judge(about()), /AI tasks, or set triage\.task/)
  await assert.rejects(judge(home, { task: 'ai_task.gone' }).judge(about()), /has no ai_task\.gone/)
  await assert.rejects(judge(undefined).judge(about()), ConfigError)
  assert.deepEqual(
    (await Promise.all([judge(home).check(), judge(undefined).check(), judge(away.home).check()])).map(
      ([check]) => check?.ok,
    ),
    [false, false, true],
  )
})

test('the shape of an answer in Home Assistant’s words', () => {
  const structure = toStructure(toFormat(['E1', 'E2'], ['none', 'low']))
  assert.deepEqual(structure['evidence'], {
    required: true,
    selector: { select: { options: ['E1', 'E2'], multiple: true } },
  })
  assert.deepEqual(structure['severity'], {
    required: true,
    selector: { select: { options: ['none', 'low'] } },
  })
  assert.deepEqual(structure['reason'], { required: true, selector: { text: {} } })
})
