import * as z from 'zod'
import type { Detector } from '../core/detector.ts'
import { number } from '../core/options.ts'
import type { ServiceRow } from '../core/scan-questions.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  sure: number('How sure', 'The confidence that a newly open port is worth a look, from 0 to 1.', {
    min: 0,
    max: 1,
  }).default(0.85),
})

/** Ports that are named of many. */
const mostNamed = 12
/** How sure it is of a device that was shut altogether: it may have slept. */
const awake = 0.6

export default {
  name: 'new-port',
  title: 'Newly open ports',
  technique: 'T1571',
  advice: 'Find out which program was installed or switched on, and switch it off if nobody wanted it.',
  spoken: 'it answers on a port that was closed before',
  options,
  on: ['service'],
  every: () => 3600,
  lookback: 0,
  async detect({ options, window, events }) {
    const rows = await events.newServices(window)
    return [...Map.groupBy(rows, ({ device }) => device).values()].flatMap((all) =>
      all.length > 1 ? toFold(all, options.sure) : all.map((row) => toSignal(row, options.sure)),
    )
  },
} satisfies Detector<z.infer<typeof options>>

/** A port that was asked before and was closed is open. */
export function toSignal(row: ServiceRow, confidence: number): Signal {
  const { device, protocol, port, service, product, version, first } = row
  const what = service === undefined ? '' : ` (${quote(service, 40)})`
  return {
    detector: 'new-port',
    device,
    target: `${protocol}/${port}`,
    at: first,
    confidence,
    cause: `port:${protocol}/${port}`,
    summary: `Port ${port}${what} is open, which was closed when it was looked at before`,
    evidence: {
      port,
      protocol,
      ...(service !== undefined && { service: quote(service, 64) }),
      ...(product !== undefined && { product: quote(product, 64) }),
      ...(version !== undefined && { version: quote(version, 64) }),
    },
  }
}

/** Many ports of one device: one claim without target. */
export function toFold(rows: readonly ServiceRow[], confidence: number): Signal[] {
  const [some] = rows
  if (some === undefined) return []
  const ports = rows.map(({ protocol, port }) => `${protocol}/${port}`)
  const isAwake = rows.every(({ wasShut }) => wasShut)
  const before = isAwake
    ? 'of which none was when it was looked at before: it may have slept'
    : 'which were closed when they were looked at before'
  return [
    {
      detector: 'new-port',
      device: some.device,
      at: new Date(Math.max(...rows.map(({ first }) => first.getTime()))),
      confidence: isAwake ? Math.min(awake, confidence) : confidence,
      summary: `${rows.length} ports are open, ${before}`,
      evidence: { ports: ports.slice(0, mostNamed).join(', '), many: rows.length, wasShut: isAwake },
    },
  ]
}
