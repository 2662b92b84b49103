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
    return (await events.newServices(window)).map((row) => toSignal(row, options.sure))
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
