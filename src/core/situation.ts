/** Seconds between two looks at what lasts, at the most: what was not seen for twice as long is over, though nobody saw its end. */
export const longestRound = 900

/** How things stand, beside alerts: what the page, the sensors and the recap show. What nothing tells is absent, which is not zero. */
export interface Situation {
  /** Since local midnight. */
  readonly failedLoginsToday?: number
  readonly lastLogin?: LastLogin
  /** Of this machine: the newest of each target that is pinged, gateway first. */
  readonly links: readonly Link[]
  /** How many connections are under way. */
  readonly connections?: number
  /** Ports that were open at the newest look at each device. */
  readonly openPorts?: number
  /** When ports or machines were looked for last. */
  readonly lastScan?: Date
  /** Of the watch lists: those that are not well now. `unseen`: nobody may look. */
  readonly processes?: readonly Trouble[]
  readonly containers?: readonly Trouble[]
}

export interface LastLogin {
  readonly at: Date
  readonly user: string
  readonly service: string
  readonly from?: string
  readonly host?: string
}

export interface Link {
  readonly target: string
  /** Milliseconds; absent while nothing is answered. */
  readonly rtt?: number
  /** Percent of what was sent. */
  readonly loss?: number
  readonly at: Date
}

export interface Trouble {
  readonly name: string
  readonly state: string
  readonly reason?: string
}
