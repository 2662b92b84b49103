import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as z from 'zod'
import { until } from '../daemon.ts'
import { withoutCore } from './build.ts'
import { type Core, startCore } from './core.ts'
import { bad, startHouse, stateOf, type TestHouse } from './house.ts'

const skip = await withoutCore()
const entity = 'ai_task.test_model'

const rows = z.array(
  z.object({
    deviceName: z.string(),
    severity: z.string(),
    verdict: z
      .object({
        status: z.string(),
        said: z.string().optional(),
        reason: z.string(),
        model: z.string(),
      })
      .optional(),
  }),
)
const asked = z.object({
  entity: z.literal('model'),
  task: z.string(),
  instructions: z.string(),
  structure: z.array(z.string()),
})

/** An answer of the right shape. */
function answerOf(changes: object = {}): string {
  return JSON.stringify({
    analysis: 'One name on a list is little evidence. Nothing else agrees.',
    benign_cause: 'none',
    category: 'dns',
    evidence: ['E1'],
    reason: 'The model of Home Assistant has looked at it.',
    severity: 'none',
    ...changes,
  })
}

suite('the AI task of a real Home Assistant is the model', { skip }, () => {
  let core: Core
  let house: TestHouse
  const ends: (() => Promise<void> | void)[] = []

  before(async () => {
    core = await startCore()
    ends.push(() => core.stop())
    house = await startHouse({ after: (end: () => Promise<void>) => ends.push(end) }, core, {
      triage: { engine: 'home-assistant' },
    })
  })
  after(async () => {
    for (const end of ends.reverse()) await end()
  })

  /** What became of an attack by this device when the model answers so. */
  async function judged(address: string, answer: string, name?: string) {
    await core.set('model', answer)
    await house.attack(address, name)
    return until(
      async () => {
        const row = rows
          .parse(await house.daemon.get('/api/alerts'))
          .find((one) => one.deviceName === address)
        return row?.verdict && { severity: row.severity, verdict: row.verdict }
      },
      { seconds: 20, what: () => `the verdict about ${address}: ${house.daemon.output()}` },
    )
  }

  test('it is missed while there is none that Home Assistant prefers, and says what to do', async () => {
    assert.match(await stateOf(house.daemon, 'triage', 'waiting'), /Settings › System › AI tasks/)
    const wire = await core.wire()
    await wire.ask({ type: 'ai_task/preferences/set', gen_data_entity_id: entity })
    wire.close()
    await house.daemon.post('/api/requests', { kind: 'analyse' })
    await stateOf(house.daemon, 'triage', 'ok')
  })

  test('its answer passes the same checks and is clamped', async () => {
    const { severity, verdict } = await judged('192.168.1.61', answerOf())
    assert.equal(verdict.status, 'ok')
    assert.equal(verdict.said, 'none')
    assert.equal(severity, 'high', 'a rule is sure of it')
    assert.equal(verdict.reason, 'The model of Home Assistant has looked at it.')
    assert.equal(verdict.model, entity)
    const question = asked.parse((await core.recorded()).findLast((one) => one.entity === 'model'))
    assert.equal(question.task, 'Hearthwarden')
    assert.match(question.instructions, /ALLOWED_SEVERITIES: /)
    assert.deepEqual(question.structure, [
      'analysis',
      'benign_cause',
      'category',
      'evidence',
      'reason',
      'severity',
    ])
  })

  test('what makes no sense, tells of things that are not there or fails, does not count', async () => {
    const cases = [
      ['192.168.1.62', 'I think this is fine', 'invalid'],
      ['192.168.1.63', answerOf({ evidence: ['E9'] }), 'invalid'],
      ['192.168.1.64', answerOf({ reason: 'It talks to 10.99.98.97 and should be watched.' }), 'ungrounded'],
      ['192.168.1.65', 'error', 'invalid'],
    ] as const
    // Each about another name: a question that was answered is not asked again.
    for (const [address, answer, status] of cases) {
      const { severity, verdict } = await judged(address, answer, `host-${address.slice(-2)}.${bad}`)
      assert.equal(verdict.status, status, answer)
      assert.equal(severity, 'high')
    }
    await stateOf(house.daemon, 'triage', 'ok')
  })
})
