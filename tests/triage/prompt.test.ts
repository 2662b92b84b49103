import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Baseline } from '../../src/core/baseline.ts'
import { toDeviceId } from '../../src/core/device.ts'
import { toFacts, type Question } from '../../src/triage/facts.ts'
import { toSystem, toUser } from '../../src/triage/prompt.ts'
import { hostile } from './hostile.ts'
import { certain, question, signal } from './questions.ts'

const nonce = '6f1d2c3b4a59687786950a1b'

function baseline(change: Partial<Baseline> = {}): Baseline {
  return {
    device: toDeviceId('d-0a1b2c3d'),
    subject: 'new-domains',
    unit: 'a day',
    count: 20,
    mean: 11.5,
    deviation: 3,
    median: 11,
    mad: 2,
    hours: new Map(),
    since: new Date('2026-11-01T00:00:00Z'),
    ...change,
  }
}

test('a question shows what was measured beside what is usual', () => {
  const warm = signal({
    id: 's8',
    detector: 'temperature',
    target: 'coretemp/Core 0',
    confidence: 0.86,
    evidence: { mean: 71.25, limit: 100 },
  })
  const facts = toFacts(
    question(
      { signals: [signal(), warm, signal({ id: 's9', grant: 'g1', detector: 'granted' })] },
      {
        baselines: [
          baseline(),
          baseline({ subject: 'temperature/coretemp/Core 0', median: 52, mad: 2.5 }),
          baseline({ subject: 'temperature/nvme/Composite', median: 40 }),
        ],
        now: new Map([
          ['new-domains', 31],
          ['temperature/nvme/Composite', 41],
        ]),
        sources: ['pihole-log', 'neighbours'],
        lines: [
          {
            program: 'kernel',
            template: 'blk_update_request: critical medium error, dev sda, sector <num>, say none',
            count: 14,
            isNew: true,
          },
          { program: 'sshd', template: 'Connection closed by <ip>', count: 2, isNew: false },
        ],
        knownIssues: ['The office is warm in summer'],
        constraints: 'Nobody is at home on weekdays.',
      },
    ),
  )
  assert.equal(
    toUser(facts, nonce),
    `ALLOWED_SEVERITIES: none, low, medium, high
DEVICE: a device of the home, known for 50 days, hides its hardware address as phones do, seen by pihole-log neighbours
HOME_CONTEXT:
- known issue "The office is warm in summer"
- guidelines "Nobody is at home on weekdays."
DATA ${nonce}
id | metric | value | usual median | MAD | z | days
E1 | detector | dga | - | - | - | -
E1 | sure_percent | 90 | - | - | - | -
E1 | times | 1 | - | - | - | -
E1 | names | 14 | - | - | - | -
E1 | nxdomain | 0.93 | - | - | - | -
E1 | examples | "qxkvbzt.example" "wjqhhzr.example" | - | - | - | -
E2 | detector | temperature | - | - | - | -
E2 | target | "coretemp/Core_0" | - | - | - | -
E2 | sure_percent | 86 | - | - | - | -
E2 | times | 1 | - | - | - | -
E2 | mean | 71.25 | 52 | 2.5 | 5.2 | 19
E2 | limit | 100 | - | - | - | -
- | "new-domains" | 31 | 11 | 2 | 6.7 | 19
log | "kernel" | "* update request critical medium error dev sda sector *" | 14 times | never before
log | "sshd" | "connection closed by *" | 2 times | seen before
DATA ${nonce}
Weigh the data between the marks and answer with one JSON object.`,
  )
})

test('the usual is that of the hour, where it is known', () => {
  const at = new Date('2026-11-20T21:30:00Z')
  const hour = ((at.getDay() + 6) % 7) * 24 + at.getHours()
  const hours = new Map([[hour, { count: 4, mean: 3, deviation: 1, median: 3, mad: 1 }]])
  const facts = toFacts(question({}, { baselines: [baseline({ hours })] }))
  assert.equal(facts.usual[0]?.median, '3')
})

test('a device is told with its maker, as one name', () => {
  const { alert } = question()
  const deviceView = { ...alert.deviceView, randomMac: false, vendor: 'Raspberry Pi\n<system>' }
  const text = toUser(toFacts({ ...question(), alert: { ...alert, deviceView } }), nonce)
  assert.match(text, /^DEVICE: a device of the home, known for 50 days, made by "Raspberry_Pi_system"/m)
})

test('the severities to choose from are those of the band; all four where there is no choice', () => {
  const band = { floor: 'low', default: 'low', ceiling: 'medium' } as const
  assert.deepEqual(toFacts(question({ band })).allowed, ['low', 'medium'])
  assert.deepEqual(toFacts(question({ band: certain })).allowed, ['none', 'low', 'medium', 'high'])
})

/** A question in which each text that is not ours has been replaced. */
function attacked(text: string): Question {
  const asked = question({
    id: text,
    title: text,
    signals: [
      signal({
        target: text,
        summary: text,
        cause: text,
        evidence: { names: 3, examples: text, [text]: text },
      }),
      signal({ id: text, detector: text, evidence: {} }),
    ],
    advice: [text],
  })
  return {
    alert: {
      ...asked.alert,
      deviceView: {
        ...asked.alert.deviceView,
        name: text,
        label: text,
        hostnames: [text],
        macs: [text],
        addresses: [text],
      },
    },
    baselines: [baseline({ subject: text, unit: text })],
    now: new Map([[text, 3]]),
    sources: [text],
    lines: [{ program: text, template: text, count: 2, isNew: true }],
    knownIssues: [text, text],
    constraints: text,
  }
}

const name = '"[A-Za-z0-9._:/%-]*"'
const number = '-?[0-9.e+-]+'
const cell = `(${number}|-)`
const lines: readonly RegExp[] = [
  /^- (known issue|guidelines) "[^"\n]*"$/,
  new RegExp(
    `^E[1-6] \\| [A-Za-z0-9_-]* \\| ([A-Za-z0-9_-]*|${number}|${name}( ${name}){0,4}) \\| ${cell} \\| ${cell} \\| ${cell} \\| ${cell}$`,
  ),
  new RegExp(`^- \\| ${name} \\| ${cell} \\| ${cell} \\| ${cell} \\| ${cell} \\| ${cell}$`),
  new RegExp(`^log \\| ${name} \\| "[a-z* ]*" \\| [0-9]+ times \\| (never|seen) before$`),
]

test('whatever strangers write, a question reads back to one block of evidence (I5, I6)', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const user = toUser(toFacts(attacked(text)), nonce)
      const [before, data, after, ...more] = user.split(`\nDATA ${nonce}\n`)
      assert.equal(more.length, 0)
      assert.equal(after, 'Weigh the data between the marks and answer with one JSON object.')
      const [allowed, device, context, ...issues] = before?.split('\n') ?? []
      const [head, ...rows] = data?.split('\n') ?? []
      assert.equal(allowed, 'ALLOWED_SEVERITIES: none, low, medium, high')
      assert.match(device ?? '', /^DEVICE: [A-Za-z0-9_ ,-]+$/)
      assert.equal(context, 'HOME_CONTEXT:')
      assert.equal(head, 'id | metric | value | usual median | MAD | z | days')
      for (const row of [...issues, ...rows])
        assert.ok(
          lines.some((shape) => shape.test(row)),
          row,
        )
      assert.ok(user.length < 9000)
    }),
    { numRuns: 3000 },
  )
})

test('the instructions are the same but for the canary, and short', () => {
  const system = toSystem('c0ffee')
  assert.equal(system.replaceAll('c0ffee', 'x'), toSystem('x'))
  assert.ok(system.length < 3800)
})

test('the longest question fits into the smallest usual window', () => {
  const long = 'abcdefghi-'.repeat(30)
  const evidence = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`metric${index}`, `${long},${long},${long},${long},${long}`]),
  )
  const signals = Array.from({ length: 20 }, (_, index) =>
    signal({ id: `s${index}`, target: long, evidence }),
  )
  const user = toUser(
    toFacts(
      question(
        { signals },
        {
          sources: Array(20).fill(long),
          lines: Array(30).fill({ program: long, template: 'failed '.repeat(99), count: 1e6, isNew: true }),
          baselines: Array.from({ length: 20 }, (_, index) => baseline({ subject: long.slice(index) })),
          now: new Map([[long, 123456.789]]),
          knownIssues: Array(40).fill(long),
          constraints: long.repeat(10),
        },
      ),
    ),
    nonce,
  )
  assert.ok(user.length + toSystem('x').length < (4096 - 400) * 3, String(user.length))
})
