import { createRoute } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { eventKinds, type EventKind } from '../core/observation.ts'
import type { StoredEvent } from '../store/store.ts'
import { storyOfAlert } from './alerts.ts'
import { toCsvLine } from './csv.ts'
import { searchSchema, toAsk } from './events.ts'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, missing, refusals } from './router.ts'
import { alertStorySchema, time } from './wire/alerts.ts'
import { seenSchema } from './wire/events.ts'

/** So many events one file holds at most: the newest. */
export const mostEvents = 50_000
const atOnce = 1000
/** As many files at a time as a household asks for. */
const mostOpen = 4

const events = createRoute({
  method: 'post',
  path: '/api/events/download',
  summary: `The same events as a search finds, as a CSV file: the newest ${mostEvents}`,
  request: { body: body(searchSchema.omit({ before: true, limit: true })) },
  responses: {
    200: {
      description: 'A line for each event, newest first; times are UTC',
      content: { 'text/csv': { schema: z.string() } },
    },
    ...refusals,
  },
})

const alertFileSchema = alertStorySchema.extend({ madeBy: z.string(), at: time }).meta({ id: 'AlertFile' })

const alert = createRoute({
  method: 'get',
  path: '/api/alerts/{id}/download',
  summary: 'One alert with its device, signals, evidence and story, as a file',
  request: { params: z.object({ id: z.string().regex(/^a\d{1,15}$/, 'an alert’s id, such as a12') }) },
  responses: { 200: json('The file', alertFileSchema), ...refusals, ...missing },
})

/** What people take with them. */
export function downloadRoutes(parts: ApiParts) {
  const { store, version, now } = parts
  const open = new Set<AsyncGenerator<string>>()

  async function* lines(asked: z.infer<typeof searchSchema>): AsyncGenerator<string> {
    const kinds = asked.kinds ?? eventKinds
    const fields = fieldsOf(kinds)
    const ask = toAsk(asked)
    // Without the mark some spreadsheets read it in an alphabet of their own.
    yield `\uFEFF${toCsvLine(['at', 'device', 'device_name', 'kind', ...fields, 'collected_by', 'imported'])}`
    let before: number | undefined
    for (let count = 0; count < mostEvents; count += atOnce) {
      const page = await store.events.search({
        ...ask,
        limit: atOnce,
        ...(before !== undefined && { before }),
      })
      yield page.map((event) => toLine(event, fields)).join('')
      before = page.at(-1)?.seq
      if (page.length < atOnce) return
    }
  }

  function toLine({ event, source, imported }: StoredEvent, fields: readonly string[]): string {
    const values = new Map(Object.entries<string | number | boolean | Date | undefined>({ ...event }))
    const name = store.devices.get(event.device)?.name
    const own = fields.map((field) => values.get(field))
    return toCsvLine([event.at, event.device, name, event.kind, ...own, source, imported])
  }

  return makeRouter()
    .openapi(events, (c) => {
      if (open.size >= mostOpen)
        throw new HTTPException(503, { message: 'Other files are being made: wait.' })
      const file = lines({ ...c.req.valid('json'), limit: atOnce })
      open.add(file)
      return c.body(
        toStream(file, () => void open.delete(file)),
        200,
        {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': attachment(`events-${dayOf(now())}.csv`),
        },
      )
    })
    .openapi(alert, async (c) => {
      const { id } = c.req.valid('param')
      const { alert, story } = await storyOfAlert(id, parts)
      c.header('Content-Disposition', attachment(`alert-${id}.json`))
      return c.json({ madeBy: `Hearthwarden ${version}`, at: now(), alert, story }, 200)
    })
}

/** The fields of events of these kinds, each once, without those that all have. */
function fieldsOf(kinds: readonly EventKind[]): string[] {
  const shapes = seenSchema({}).options.map(({ shape }) => shape)
  const of = shapes.filter(({ kind }) => kinds.some((one) => kind.safeParse(one).success))
  return [...new Set(of.flatMap((shape) => Object.keys(shape)))].filter((field) => field !== 'kind')
}

/**
 * Pieces as they are asked for; an error breaks the file off, so that nobody takes a part for the whole. `ended` is
 * called at its end, and once more when who leaves does so while a piece is being made.
 */
function toStream(pieces: AsyncGenerator<string>, ended: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next()
        if (done !== true) return controller.enqueue(encoder.encode(value))
        ended()
        controller.close()
      } catch (error) {
        ended()
        controller.error(error)
      }
    },
    async cancel() {
      ended()
      await pieces.return(undefined)
    },
  })
}

function attachment(name: string): string {
  return `attachment; filename="hearthwarden-${name}"`
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}
