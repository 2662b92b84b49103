import type { DeviceId } from './device.ts'

/** The figures of a sample. All in the subject's unit. */
export interface Figures {
  readonly count: number
  readonly mean: number
  /** Sample standard deviation (n − 1); 0 for fewer than two. */
  readonly deviation: number
  readonly median: number
  /** Median absolute deviation from the median, unscaled. */
  readonly mad: number
}

/** What is normal for one subject of one device, learned from events. */
export interface Baseline extends Figures {
  readonly device: DeviceId
  /** `temperature/<sensor>` (hourly mean, °C), `dns-queries` (an hour), `domains` and `new-domains` (a day), `upload` (bytes to the internet an hour), `rtt/<target>` and `loss/<target>` (hourly mean). */
  readonly subject: string
  readonly unit: string
  /** Figures by hour of the week, 0 = Monday 00:00 local time; an hour appears once it has four samples. */
  readonly hours: ReadonlyMap<number, Figures>
  /** When its oldest sample began. */
  readonly since: Date
}
