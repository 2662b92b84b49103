import * as z from 'zod'
import type { Baseline } from '../core/baseline.ts'
import type { TransferRow } from '../core/connection-questions.ts'
import type { Detector } from '../core/detector.ts'
import { number } from '../core/options.ts'
import type { Signal } from '../core/signal.ts'
import { quote } from '../core/text.ts'

const options = z.object({
  megabytes: number(
    'Least megabytes',
    'What a device sends to the internet within an hour is not judged below so many megabytes.',
    { min: 1, max: 1_000_000 },
  ).default(50),
  times: number('Times the usual', 'So many times what is usual for the device is a sudden upload.', {
    min: 2,
    max: 1000,
  }).default(8),
})
type Options = z.infer<typeof options>

/** Samples that a baseline needs before it says what is usual: a day of hours. */
const fewest = 24
/** Of the median absolute deviation: for normal values the standard deviation is 1.4826 of these (Rousseeuw & Croux 1993). */
const scale = 1.4826

export default {
  name: 'upload',
  title: 'Sudden uploads',
  technique: 'T1048',
  advice:
    'Find out what the device sends, and to whom: a backup or a call is fine, a camera that sends hours of pictures is not.',
  spoken: 'it sends far more to the internet than it ever did',
  options,
  on: ['connection'],
  every: () => 300,
  lookback: 3600,
  async detect(context) {
    const { options, fresh, window, events } = context
    const rows = await events.transfers(window, options.megabytes * 1_000_000)
    return rows.flatMap((row) => {
      const usual = context.baseline(row.device, 'upload')
      return row.last >= fresh.from && isSudden(row, usual, options) ? [toSignal(row, usual)] : []
    })
  },
} satisfies Detector<Options>

/** Far more than ever, and not what it takes in as well: a call and a backup go both ways, or every night. */
export function isSudden(
  { bytesOut }: TransferRow,
  usual: Baseline | undefined,
  { megabytes, times }: Options,
): usual is Baseline {
  if (bytesOut < megabytes * 1_000_000 || usual === undefined || usual.count < fewest) return false
  const spread = Math.max(usual.deviation, scale * usual.mad)
  return bytesOut >= times * Math.max(usual.median, usual.mean) && bytesOut >= usual.mean + 6 * spread
}

/** One device that sends. */
export function toSignal(row: TransferRow, usual: Baseline | undefined): Signal {
  const { device, bytesOut, bytesIn, peer, peerBytes, name, peers, last } = row
  const to = name === undefined ? peer : quote(name, 60)
  const share = peerBytes / bytesOut
  // Next to nothing comes back, from one place that takes nearly all, or from many of which none takes much.
  const isOneWay = bytesIn < bytesOut / 10
  const isSpread = share < 0.5
  return {
    detector: 'upload',
    device,
    ...(!isSpread && { target: name ?? peer }),
    at: last,
    confidence: isOneWay && (share >= 0.8 || isSpread) ? 0.85 : 0.6,
    summary: `Sent ${megabytes(bytesOut)} MB to the internet within an hour, ${isSpread ? `to ${peers} places` : `most to ${to}`}`,
    evidence: {
      megabytesOut: megabytes(bytesOut),
      megabytesIn: megabytes(bytesIn),
      usualMegabytes: megabytes(usual?.mean ?? 0),
      peer,
      ...(name !== undefined && { name: quote(name) }),
      peers,
      share: Math.round(share * 100) / 100,
    },
  }
}

function megabytes(bytes: number): number {
  const amount = bytes / 1_000_000
  return amount >= 10 ? Math.round(amount) : Math.round(amount * 100) / 100
}
