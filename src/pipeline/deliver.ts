import * as z from 'zod'
import type { Alert, AlertView, WordsOf } from '../core/alert.ts'
import { ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import type { Message } from '../core/message.ts'
import type { Notifier, Receipt, TellContext } from '../core/notifier.ts'
import type { Context } from '../core/plugin.ts'
import type { RequestResult } from '../core/request.ts'
import type { Delivery } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Loop, Turn } from './supervise.ts'
import { occasionOf, toTold } from './told.ts'

const cursorSchema = z.object({ seq: z.number(), recap: z.string().optional() })

/** In so many minutes at most so many messages that call for attention; the rest are folded into one. */
const floodMinutes = 10
const floodMost = { text: 10, speech: 3 }
/** Of what came at once, so many are told one by one, the worst first. */
const singly = { text: 3, speech: 1 }
/** What a model alone raised to high is spoken at most so often a day (I3). */
const spokenRaisesMost = 3

export interface DeliverTools {
  readonly store: Store
  readonly context: (turn: Turn, options: unknown) => Context<unknown>
  readonly words: WordsOf
  readonly isCertain: (detector: string) => boolean
  /** An option keeps the model's raises silent. */
  readonly speaksRaises: () => boolean
  readonly now: () => Date
}

/** One notifier with the options it has now. */
export interface Channel {
  readonly name: string
  readonly notifier: Notifier
  readonly options: unknown
}

interface Telling extends Channel, DeliverTools {
  readonly turn: Turn
}

/**
 * The loop that tells one notifier what it is to know. What was told is read from the store, never from memory: an
 * intent before, a receipt after. A new notifier is told nothing older than itself.
 */
export function toDeliverLoop(channel: Channel, tools: DeliverTools): Loop {
  return {
    name: channel.name,
    title: channel.notifier.title,
    async run(turn) {
      const telling = { ...channel, ...tools, turn }
      let cursor = await begin(telling)
      while (!turn.stop.aborted) {
        const after = tools.store.commit()
        cursor = await tellRecap(await tellAlerts(cursor, telling), telling)
        turn.ok()
        await tools.store.changed(['alerts', 'recaps'], { after, milliseconds: 60_000, stop: turn.stop })
      }
    },
  }
}

type Cursor = z.infer<typeof cursorSchema>

/** Where to go on; after a crash, puts back what was changed and settles what was begun. */
async function begin(telling: Telling): Promise<Cursor> {
  const { name, notifier, store, turn } = telling
  if (notifier.recover && (await store.deliveries.remembered(name)))
    await notifier.recover(await tellContext(undefined, telling))
  for (const { id, key } of await store.deliveries.unfinished(name)) {
    await store.deliveries.finish(id, { failed: interrupted })
    if (notifier.medium === 'text') turn.log.info('may be told twice: it was interrupted', { key })
  }
  const saved = cursorSchema.safeParse(await store.cursors.get(name))
  if (saved.success) return saved.data
  const newest = (await store.alerts.changed(0)).at(-1)
  const recap = await store.recaps.newest()
  const cursor = { seq: newest?.seq ?? 0, ...(recap && { recap: recap.id }) }
  await store.cursors.set(name, cursor, 'now')
  return cursor
}

/** Tells what has changed since the cursor. While a flood is on, the cursor stays, and what gathers is told as one. */
async function tellAlerts(cursor: Cursor, telling: Telling): Promise<Cursor> {
  const { name, notifier, store } = telling
  const changed = await store.alerts.changed(cursor.seq)
  const last = changed.at(-1)
  if (last === undefined) return cursor
  const calls: { alert: Alert; occasion: 'new' | 'again' }[] = []
  for (const alert of changed) {
    const occasion = await whyTell(alert, telling)
    if (occasion === 'completed') await complete(alert, telling)
    else if (occasion !== undefined && (await isAllowed(alert, telling))) calls.push({ alert, occasion })
  }
  if (calls.length > 0 && (await isFlooded(telling))) return cursor
  for (const { alert, occasion } of calls.slice(0, singly[notifier.medium]))
    await call(alert, occasion, telling)
  const rest = calls.slice(singly[notifier.medium])
  if (rest.length > 0)
    await fold(
      rest.map(({ alert }) => alert),
      telling,
    )
  const next = { ...cursor, seq: last.seq }
  await store.cursors.set(name, next, 'with-next')
  return next
}

async function whyTell(alert: Alert, telling: Telling): Promise<ReturnType<typeof occasionOf>> {
  const { store, isCertain, now } = telling
  const earlier = await told({ alert: alert.id }, telling)
  if (earlier.length === 0 && alert.severity !== 'high') return undefined
  return occasionOf({ alert, detectors: await detectorsOf(alert, store), earlier, isCertain, now: now() })
}

/** How a delivery ended that is to be tried again: nobody was there, or we were stopped in the middle. */
const unavailable = 'unavailable'
const interrupted = 'interrupted'

/** What counts as told: with a receipt, or given up; of speech also what was interrupted, since it is never repeated. */
function isTold({ failed }: Delivery, { medium }: Notifier): boolean {
  return failed !== unavailable && (failed !== interrupted || medium === 'speech')
}

async function told(
  ask: Parameters<Store['deliveries']['of']>[1],
  { name, notifier, store }: Telling,
): Promise<Delivery[]> {
  return (await store.deliveries.of(name, ask)).filter((delivery) => isTold(delivery, notifier))
}

async function detectorsOf(alert: Alert, store: Store): Promise<string[]> {
  const signals = await store.signals.of(alert.id)
  return [...new Set(signals.filter(({ grant }) => grant === undefined).map(({ detector }) => detector))]
}

/** I3: what only the model holds to be high is spoken a few times a day at most, or never. */
async function isAllowed(alert: Alert, telling: Telling): Promise<boolean> {
  const { notifier, speaksRaises, now } = telling
  if (notifier.medium === 'text' || alert.band.default === 'high') return true
  if (!speaksRaises()) return false
  const day = await told({ since: new Date(now().getTime() - 86_400_000) }, telling)
  return day.filter(({ key }) => key.startsWith('raise/')).length < spokenRaisesMost
}

async function isFlooded(telling: Telling): Promise<boolean> {
  const { notifier, now } = telling
  const at = now()
  const recent = await told({ since: new Date(at.getTime() - floodMinutes * 60_000) }, telling)
  // What lies ahead was told before the clock was set back.
  const calls = recent.filter(
    (one) => one.at <= at && one.occasion !== 'completed' && one.occasion !== 'recap',
  )
  return calls.length >= floodMost[notifier.medium]
}

async function call(alert: Alert, occasion: 'new' | 'again', telling: Telling): Promise<void> {
  const isRaise = telling.notifier.medium === 'speech' && alert.band.default !== 'high'
  const key = `${isRaise ? 'raise' : 'alert'}/${alert.id}`
  const view = await telling.store.alerts.view(alert, telling.words)
  await tell({ kind: 'alert', occasion, alert: view }, { key, occasion, alerts: [alert] }, telling)
}

/**
 * Only a text that was told by itself can be completed. Of speech, and of a fold's part, it is kept that it has fallen,
 * so that it is told when it rises anew.
 */
async function complete(alert: Alert, telling: Telling): Promise<void> {
  const { name, notifier, store } = telling
  const own = await store.deliveries.of(name, { key: `alert/${alert.id}` })
  if (notifier.medium === 'speech' || !own.some(({ receipt }) => receipt !== undefined)) {
    if (alert.severity !== 'high') await keepFall(alert, telling)
    return
  }
  const view = await telling.store.alerts.view(alert, telling.words)
  const about = { key: `alert/${alert.id}`, occasion: 'completed', alerts: [alert] }
  await tell({ kind: 'alert', occasion: 'completed', alert: view }, about, telling)
}

async function keepFall(alert: Alert, { name, store, now }: Telling): Promise<void> {
  const alerts = [toTold(alert, await detectorsOf(alert, store))]
  const about = { notifier: name, key: `fallen/${alert.id}`, occasion: 'completed', at: now(), alerts }
  await store.deliveries.finish(await store.deliveries.begin(about), { receipt: {} })
}

async function fold(alerts: readonly Alert[], telling: Telling): Promise<void> {
  const views: AlertView[] = []
  for (const alert of alerts) views.push(await telling.store.alerts.view(alert, telling.words))
  await tell(
    { kind: 'fold', alerts: views },
    { key: `fold/${alerts[0]?.seq}`, occasion: 'fold', alerts },
    telling,
  )
}

async function tellRecap(cursor: Cursor, telling: Telling): Promise<Cursor> {
  const { name, notifier, store } = telling
  const recap = await store.recaps.newest()
  if (recap === undefined || recap.id === cursor.recap) return cursor
  const about = { key: `recap/${recap.id}`, occasion: 'recap', alerts: [] }
  if (notifier.medium === 'text' && (await told({ key: about.key }, telling)).length === 0)
    await tell({ kind: 'recap', recap }, about, telling)
  const next = { ...cursor, recap: recap.id }
  await store.cursors.set(name, next, 'with-next')
  return next
}

interface About {
  readonly key: string
  readonly occasion: string
  readonly alerts: readonly Alert[]
}

/** Intent, telling, receipt. What cannot be told now is thrown to be tried again; what never can is given up and said. */
async function tell(message: Message, { key, occasion, alerts }: About, telling: Telling): Promise<void> {
  const { name, notifier, store, turn, now } = telling
  const earlier = (await store.deliveries.of(name, { key })).findLast(
    ({ receipt }) => receipt !== undefined,
  )?.receipt
  const states = await Promise.all(
    alerts.map(async (alert) => toTold(alert, await detectorsOf(alert, store))),
  )
  const id = await store.deliveries.begin({ notifier: name, key, occasion, at: now(), alerts: states })
  try {
    const receipt = await notifier.tell(message, await tellContext(earlier, telling))
    await store.deliveries.finish(id, { receipt })
    turn.ok({ count: 1 })
  } catch (error) {
    await store.deliveries.finish(id, { failed: failureOf(error, turn) })
    throw error
  }
}

function failureOf(error: unknown, { stop }: Turn): string {
  if (stop.aborted) return interrupted
  return error instanceof UnavailableError || error instanceof ConfigError ? unavailable : messageOf(error)
}

async function tellContext(
  earlier: Receipt | undefined,
  { name, options, store, context, turn }: Telling,
): Promise<TellContext<unknown>> {
  return {
    ...context(turn, options),
    earlier,
    remembered: await store.deliveries.remembered(name),
    remember: (state) => store.deliveries.remember(name, state),
  }
}

/** A *Test* from the page: told at once, remembered nowhere. */
export async function tellTest(
  target: string | undefined,
  telling: Omit<Telling, keyof DeliverTools> & DeliverTools,
): Promise<RequestResult> {
  const message: Message = { kind: 'test', ...(target !== undefined && { target }) }
  try {
    await telling.notifier.tell(message, await tellContext(undefined, telling))
    return { ok: true, message: `${telling.notifier.title}: told` }
  } catch (error) {
    return { ok: false, message: messageOf(error) }
  }
}
