import * as z from 'zod'
import type { Detector } from '../core/detector.ts'
import { count, list } from '../core/options.ts'
import { riskyPorts, type RiskyPort } from '../core/ports.ts'
import type { ServiceRow } from '../core/scan-questions.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  allowed: list(
    'Ports that may be open',
    'Ports that are not told of, whichever device has them open.',
    count('Port', 'A port.', { min: 1, max: 65_535 }),
  ).default([]),
})

/** Words by which the programs call themselves that are certain to be a danger. */
const asFeared = /telnet|adb|android|docker/i

export default {
  name: 'risky-port',
  title: 'Open ports that are a danger',
  technique: 'T1021',
  advice: 'Switch the service off on the device, or keep it to the devices that need it.',
  spoken: 'it can be controlled over the network by anybody at home',
  options,
  on: ['service'],
  every: () => 3600,
  lookback: 0,
  async detect({ options, window, events }) {
    const rows = await events.services(window)
    return rows.flatMap((row) => {
      const risk = riskyPorts.find(({ ports }) => ports.includes(row.port))
      return risk && !row.wasOpen && !options.allowed.includes(row.port) ? [toSignal(row, risk)] : []
    })
  },
} satisfies Detector<z.infer<typeof options>>

/** What says of itself that it is something else is not certain. */
export function toSignal(row: ServiceRow, { name, why, certain }: RiskyPort): Signal {
  const { device, protocol, port, service, product, version, first } = row
  const isOther = product !== undefined && !asFeared.test(`${service} ${product}`)
  return {
    detector: 'risky-port',
    device,
    target: `${protocol}/${port}`,
    at: first,
    confidence: certain && !isOther ? 0.95 : 0.6,
    cause: `port:${protocol}/${port}`,
    summary: `Port ${port} is open, as for ${name}: ${why}`,
    evidence: {
      port,
      protocol,
      ...(service !== undefined && { service: quote(service, 64) }),
      ...(product !== undefined && { product: quote(product, 64) }),
      ...(version !== undefined && { version: quote(version, 64) }),
    },
  }
}
