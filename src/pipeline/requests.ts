import type { AlertStatus } from '../core/alert.ts'
import { messageOf } from '../core/errors.ts'
import type { Grant } from '../core/grant.ts'
import type { Asker, Request, RequestInput, RequestResult } from '../core/request.ts'
import { requestSchema } from '../core/request.ts'
import type { StoredRequest } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Loop } from './supervise.ts'

/** Seconds after which a request that nobody did is told to have lapsed. */
const lapse = 60

/** What the requests' doing needs of the house. */
export interface RequestTools {
  readonly store: Store
  readonly now: () => Date
  /** Has all detectors and the model look now. */
  analyse(): Promise<RequestResult>
  /** Has everything that scans scan now. */
  scan(): Promise<RequestResult>
  /** Makes and tells a recap now. */
  recap(): Promise<RequestResult>
  /** Makes a dashboard in Home Assistant, once. */
  dashboard(): Promise<RequestResult>
  /** Saves a setting and restarts what it concerns. */
  set(option: string, value: unknown): Promise<RequestResult>
  test(notifier: string, target: string | undefined): Promise<RequestResult>
}

/** The loop that does what people ask, in order, each committed with its result. */
export function toRequestLoop(tools: RequestTools): Loop {
  return {
    name: 'requests',
    title: 'What people ask',
    async run(turn) {
      const { store } = tools
      const tests = new Map<number, Promise<void>>()
      while (!turn.stop.aborted) {
        const after = store.commit()
        for (const asked of await store.requests.pending()) {
          if (tests.has(asked.id)) continue
          const ended = finish(asked, tools)
          // A test lasts as long as a speaker speaks: nobody else waits for it.
          if (asked.request.kind === 'test')
            tests.set(
              asked.id,
              ended.finally(() => tests.delete(asked.id)),
            )
          else await ended
          turn.ok({ count: 1 })
        }
        turn.ok()
        await store.changed(['requests'], { after, milliseconds: 30_000, stop: turn.stop })
      }
      await Promise.all(tests.values())
    },
  }
}

/** Asks and waits for the result: the same for the page, the terminal, MQTT and phones. */
export async function ask(
  input: RequestInput,
  by: Asker,
  { store, stop }: { store: Store; stop: AbortSignal },
): Promise<RequestResult> {
  const request = requestSchema.safeParse(input)
  if (!request.success) return no(`Not understood: ${request.error.issues[0]?.message ?? 'wrong form'}`)
  const deadline = Date.now() + (lapse + 5) * 1000
  const id = await store.requests.ask(request.data, by)
  while (!stop.aborted && Date.now() < deadline) {
    const after = store.commit()
    const asked = await store.requests.get(id)
    if (asked?.result) return asked.result
    await store.changed(['requests'], { after, milliseconds: deadline - Date.now(), stop })
  }
  return no('The house is stopping or busy: ask again')
}

/** Does one request, if it is not too late, and writes down how it ended. */
async function finish(asked: StoredRequest, tools: RequestTools): Promise<void> {
  const late = tools.now().getTime() - asked.at.getTime() > lapse * 1000
  const result = late ? no('Nobody could do this within a minute: ask again') : await resultOf(asked, tools)
  await tools.store.requests.finish(asked.id, result)
}

/** A request that throws is answered with what it threw: the loop goes on. */
async function resultOf({ request, by }: StoredRequest, tools: RequestTools): Promise<RequestResult> {
  try {
    return await done(request, by, tools)
  } catch (error) {
    return no(messageOf(error))
  }
}

async function done(request: Request, by: Asker, tools: RequestTools): Promise<RequestResult> {
  const { store, now } = tools
  switch (request.kind) {
    case 'acknowledge':
      return request.alert === undefined
        ? acknowledgeAll(store)
        : setStatus(request.alert, 'acknowledged', store)
    case 'expect':
      return expect(request.alert, { days: request.days, by }, tools)
    case 'revoke':
      return (await store.grants.revoke(request.grant, now()))
        ? yes('It is no longer expected')
        : no('There is no such grant')
    case 'mute': {
      const until = new Date(now().getTime() + request.hours * 3_600_000)
      return (await store.alerts.mute(request.alert, until))
        ? yes(`Quiet until ${until.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}`)
        : gone
    }
    case 'name': {
      const device = store.devices.find(request.device)
      if (!device) return no('There is no such device')
      await store.devices.label(device.id, request.label === '' ? undefined : request.label)
      return yes(request.label === '' ? 'Its name is forgotten' : `It is called ${request.label} now`)
    }
    case 'analyse':
      return tools.analyse()
    case 'scan':
      return tools.scan()
    case 'recap':
      return tools.recap()
    case 'dashboard':
      return tools.dashboard()
    case 'set':
      return tools.set(request.option, request.value)
    case 'test':
      return tools.test(request.notifier, request.target)
  }
}

async function setStatus(alert: string, status: AlertStatus, store: Store): Promise<RequestResult> {
  return (await store.alerts.setStatus(alert, status)) ? yes('Acknowledged') : gone
}

async function acknowledgeAll(store: Store): Promise<RequestResult> {
  const open = await store.alerts.list({ status: ['open'], limit: 10_000 })
  for (const { id } of open) await store.alerts.setStatus(id, 'acknowledged')
  return yes(open.length === 0 ? 'Nothing is open' : `${open.length} acknowledged`)
}

/** A grant for each behaviour in the alert, narrow and with an end, before the alert's state changes. */
async function expect(
  id: string,
  { days, by }: { days: number; by: Asker },
  { store, now }: RequestTools,
): Promise<RequestResult> {
  const alert = await store.alerts.get(id)
  if (!alert || alert.status === 'closed') return gone
  const from = now()
  const until = new Date(from.getTime() + days * 86_400_000)
  const signals = await store.signals.of(id)
  const isSame = (grant: Grant) =>
    grant.device === alert.device &&
    signals.some(({ detector, target }) => detector === grant.detector && target === grant.target)
  for (const before of store.grants.active(from).filter(isSame)) await store.grants.revoke(before.id, from)
  await store.grants.add(
    signals.map(({ detector, target }) => ({
      device: alert.device,
      detector,
      ...(target !== undefined && { target }),
      from,
      until,
      by,
      alert: id,
    })),
  )
  await store.alerts.setStatus(id, 'expected')
  return yes(
    `Expected until ${until.toLocaleDateString('en-GB', { dateStyle: 'medium' })}: nothing is told of it until then`,
  )
}

function yes(message: string): RequestResult {
  return { ok: true, message }
}

function no(message: string): RequestResult {
  return { ok: false, message }
}

const gone = no('There is no such alert, or it is closed')
