import type { Alert, WordsOf } from '../core/alert.ts'
import type { Happening, House, HouseState } from '../core/bridge.ts'
import { thisMachine } from '../core/device.ts'
import type { Board } from '../core/health.ts'
import { rank, worse } from '../core/severity.ts'
import { midnight, pause } from '../core/time.ts'
import type { Situation } from '../core/situation.ts'
import type { Store, Totals } from '../store/store.ts'
import { covered, type Pair } from './cover.ts'
import { toLine, toWeek, week } from './week.ts'

export interface HouseTools {
  readonly store: Store
  readonly board: Board
  /** Sources that stand in for each other. */
  readonly pairs: readonly Pair[]
  readonly words: WordsOf
  readonly now: () => Date
  readonly learning: () => HouseState['learning']
  readonly sensitivity: () => HouseState['sensitivity']
  readonly spokenAlerts: () => boolean
}

/** Milliseconds: the totals of the day are counted anew at most so often. */
const totalsAge = 10_000
/** Milliseconds: totals that grow are shown without any other change. */
const longestRest = 60_000
/** So many open alerts are named. */
const mostOpen = 20
/** Milliseconds since its last sight after which a device counts as away. */
const onlineAge = 900_000

/** The house as the page and the bridges see it. */
export function makeHouse(tools: HouseTools): House {
  const { store, now } = tools
  let counted: { at: number; counts: Promise<[Totals, Situation]> } | undefined

  /** Several readers share one count. */
  async function countsOfToday() {
    const at = now()
    if (counted === undefined || at.getTime() - counted.at > totalsAge || at.getTime() < counted.at) {
      const span = [midnight(at), new Date(at.getTime() + 1000)] as const
      counted = {
        at: at.getTime(),
        counts: Promise.all([store.events.totals(...span), store.events.situation(...span)]),
      }
    }
    return counted.counts
  }

  async function state(): Promise<HouseState> {
    const [totals, situation] = await countsOfToday()
    const open = await store.alerts.list({ status: ['open'], limit: 1000 })
    const at = now()
    const shown = await store.alerts.list({
      severity: ['low', 'medium', 'high'],
      since: new Date(at.getTime() - week),
      limit: 1000,
    })
    const [newest] = shown.toSorted(byTime)
    const recap = await store.recaps.newest()
    const judgedAt = lastJudged(tools.board)
    const devices = store.devices.list()
    return {
      severity: open.map(({ severity }) => severity).reduce(worse, 'none'),
      openAlerts: open.filter(({ severity }) => rank(severity) > 0).length,
      open: open
        .filter(({ severity }) => rank(severity) > 0)
        .slice(0, mostOpen)
        .map((alert) => toLine(alert, store.devices)),
      threat: open.some(({ severity }) => severity === 'high'),
      ...(newest && { lastAlert: await store.alerts.view(newest, tools.words) }),
      ...(judgedAt && { lastAnalysis: judgedAt }),
      devices: devices.length,
      devicesOnline: devices.filter(({ lastSeen }) => lastSeen.getTime() > now().getTime() - onlineAge)
        .length,
      situation,
      dnsToday: totals.dnsQueries,
      newDomainsToday: totals.newDomains,
      newDevicesToday: totals.newDevices,
      temperatures: totals.readings
        .filter(({ device, quantity }) => device === thisMachine && quantity === 'temperature')
        .map(({ sensor, value, at }) => ({ sensor, value, at })),
      health: covered(tools.board.rows(), tools.pairs),
      week: toWeek(shown, store.devices, at),
      ...(recap && { recap }),
      learning: tools.learning(),
      sensitivity: tools.sensitivity(),
      spokenAlerts: tools.spokenAlerts(),
    }
  }

  async function* states(stop: AbortSignal): AsyncIterable<HouseState> {
    let healthChanged = new AbortController()
    tools.board.watch(stop, () => healthChanged.abort())
    const begun = now().getTime()
    while (!stop.aborted) {
      const after = store.commit()
      yield await state()
      await pause(1000, stop)
      const either = AbortSignal.any([stop, healthChanged.signal])
      // What is measured first is shown soon.
      const milliseconds = now().getTime() - begun < longestRest ? totalsAge : longestRest
      // A request can change what was set.
      await store.changed(['alerts', 'recaps', 'devices', 'grants', 'requests'], {
        after,
        milliseconds,
        stop: either,
      })
      healthChanged = new AbortController()
    }
  }

  async function* happenings(stop: AbortSignal): AsyncIterable<Happening> {
    let seq = (await store.alerts.changed(0)).at(-1)?.seq ?? 0
    const before = new Map<string, Happening['type']>()
    for (const alert of await store.alerts.list({ status: ['open'], limit: 10_000 })) note(before, alert)
    while (!stop.aborted) {
      const after = store.commit()
      for (const alert of await store.alerts.changed(seq)) {
        const was = before.get(alert.id)
        const type = note(before, alert)
        if (type !== undefined && type !== was && !isFall(was, type)) {
          yield { type, alert: await store.alerts.view(alert, tools.words) }
        }
        seq = alert.seq
      }
      await store.changed(['alerts'], { after, milliseconds: 60_000, stop })
    }
  }

  return { state, states, happenings }
}

/** To the minute, so that what follows it does not change with every query. */
function lastJudged(board: Board): Date | undefined {
  const times = board
    .rows()
    .flatMap(({ loop, workedAt }) => (loop.startsWith('detect/') && workedAt ? [workedAt.getTime()] : []))
  return times.length === 0 ? undefined : new Date(Math.floor(Math.max(...times) / 60_000) * 60_000)
}

/** Notes what an alert is now; undefined when it is nothing to be shown. */
function note(
  before: Map<string, Happening['type']>,
  { id, status, severity }: Alert,
): Happening['type'] | undefined {
  const was = before.get(id)
  const type =
    status === 'open'
      ? severity === 'none'
        ? undefined
        : severity
      : was === undefined
        ? undefined
        : 'resolved'
  if (type === undefined || type === 'resolved') before.delete(id)
  else before.set(id, type)
  return type
}

function isFall(was: Happening['type'] | undefined, is: Happening['type']): boolean {
  const order = ['low', 'medium', 'high', 'resolved']
  return was !== undefined && order.indexOf(is) < order.indexOf(was)
}

function byTime(a: Alert, b: Alert): number {
  return b.updatedAt.getTime() - a.updatedAt.getTime()
}
