/** What `ping` counted. */
export interface Pinged {
  readonly sent: number
  readonly received: number
  /** Milliseconds, the mean of those that were answered; undefined when none was. */
  readonly mean?: number
}

/** Characters of a line that are looked at. */
const longest = 300

/** The counts at the end of what `ping` prints: iputils, busybox, BSD and macOS. Undefined when they are not there. */
export function parsePing(text: string): Pinged | undefined {
  let counts: Pinged | undefined
  for (const line of text.split('\n').map((each) => each.slice(0, longest))) {
    const counted = /^(\d{1,9}) packets transmitted, (\d{1,9}) (?:packets )?received/.exec(line)
    // A duplicated or forged answer is not one more.
    if (counted)
      counts = { sent: Number(counted[1]), received: Math.min(Number(counted[1]), Number(counted[2])) }
    const times = /^(?:rtt|round-trip) min\/avg\/max\S{0,20} = \d{1,9}(?:\.\d+)?\/(\d{1,9}(?:\.\d+)?)\//.exec(
      line,
    )
    if (times && counts && counts.received > 0) counts = { ...counts, mean: Number(times[1]) }
  }
  return counts && counts.sent > 0 ? counts : undefined
}

/** Whether `ping` says that the way or the name is not there, which is the same to whoever wants to get through. */
export function isNoWay(complaint: string): boolean {
  return /unreachable|no route|network is down|not known|name resolution|bad address|unknown host|cannot resolve|no address/i.test(
    complaint.slice(0, 10 * longest),
  )
}
