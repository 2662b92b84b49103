import * as z from 'zod'
import { isPrivate } from '../core/address.ts'
import type { Detector } from '../core/detector.ts'
import type { Device } from '../core/device.ts'
import { number } from '../core/options.ts'
import type { NewDeviceRow } from '../core/scan-questions.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

/** Milliseconds that a device may be known by its address alone before it is told. */
const patience = 30 * 60_000

const options = z.object({
  settle: number(
    'Days to settle',
    'Devices that come within so many days after the first one count as having always been there.',
    { min: 0, max: 60 },
  ).default(3),
})

export default {
  name: 'new-device',
  title: 'New devices',
  technique: 'T1200',
  advice: 'Find out whose it is; if nobody knows it, change the password of the wireless network.',
  spoken: 'it is new in this home',
  options,
  on: ['presence'],
  every: () => 300,
  lookback: 7200,
  async detect({ options, window, now, events, device }) {
    const rows = await events.newDevices(window)
    return rows.flatMap((row) => {
      const isSettling = row.at.getTime() - row.houseSince.getTime() < options.settle * 86_400_000
      const isEarly = row.provisional && now.getTime() - row.at.getTime() < patience
      const found = device(row.device)
      const isHere = !row.provisional || (found?.addresses.some(isPrivate) ?? false)
      return found && isHere && !isSettling && !isEarly ? [toSignal(row, found)] : []
    })
  },
} satisfies Detector<z.infer<typeof options>>

/** A MAC that was made up is probably a known phone's newest. */
export function toSignal({ device, at, provisional, sources }: NewDeviceRow, found: Device): Signal {
  const [hostname] = found.hostnames
  const address = found.addresses.find((one) => !one.includes(':')) ?? found.addresses[0]
  const [mac] = found.macs
  const make = found.vendor === undefined ? '' : ` made by ${found.vendor}`
  const who =
    hostname === undefined
      ? `A new device${make}`
      : `A new device${make} that calls itself ${quote(hostname, 40)}`
  const place = address === undefined ? '' : ` at ${address}`
  const guess = found.randomMac ? ', with a made-up MAC: probably a phone' : ''
  return {
    detector: 'new-device',
    device,
    at,
    confidence: found.randomMac || provisional ? 0.4 : 0.9,
    cause: `device:${device}`,
    summary: `${who} is in the network${place}${guess}`,
    evidence: {
      randomMac: found.randomMac,
      ...(mac !== undefined && { mac }),
      ...(found.vendor !== undefined && { vendor: found.vendor }),
      ...(hostname !== undefined && { hostname: quote(hostname, 64) }),
      ...(address !== undefined && { address }),
      ...(sources.length > 0 && { sources: sources.join(', ') }),
    },
  }
}
