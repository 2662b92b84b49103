import { createRoute } from '@hono/zod-openapi'
import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import { HTTPException } from 'hono/http-exception'
import * as z from 'zod'
import { messageOf } from '../core/errors.ts'
import { every, pause } from '../core/time.ts'
import type { Topic } from '../store/store.ts'
import type { ApiParts } from './parts.ts'
import { makeRouter } from './router.ts'

const heartbeat = 15_000
const day = 86_400_000
/** As many pages at once as a household opens, and some. */
const most = 32
/** What a page shows beside the state: it fetches anew what has changed. */
const topics = ['alerts', 'devices', 'grants', 'recaps'] as const satisfies readonly Topic[]

const stream = createRoute({
  method: 'get',
  path: '/api/stream',
  summary: 'Server-sent events: `state`, `happening`, `changed` (a topic), and a heartbeat each 15 s',
  responses: {
    200: { description: 'Until one side goes', content: { 'text/event-stream': { schema: z.string() } } },
  },
})

/** The house as it changes. */
export function streamRoutes({ house, store, stop, log }: ApiParts) {
  let open = 0
  const router = makeRouter()
  router.openAPIRegistry.registerPath(stream)
  router.get(stream.path, (c) => {
    if (open >= most) throw new HTTPException(503, { message: 'Too many pages are open.' })
    open += 1
    c.header('X-Accel-Buffering', 'no')
    return streamSSE(c, async (out) => {
      const gone = new AbortController()
      out.onAbort(() => gone.abort())
      const end = AbortSignal.any([gone.signal, stop])
      const parts = [
        states(out, house.states(end)),
        happenings(out, house.happenings(end)),
        beats(out, end),
        ...topics.map((topic) => changes(out, topic, end)),
      ]
      try {
        await Promise.race(parts)
      } catch (error) {
        if (!end.aborted) log.warning('a page’s stream broke', { reason: messageOf(error) })
      } finally {
        gone.abort()
        await Promise.allSettled(parts)
        open -= 1
      }
    })
  })
  return router

  /** Tells that rows of this topic were written, at most once a second. */
  async function changes(out: SSEStreamingApi, topic: Topic, end: AbortSignal): Promise<void> {
    let after = store.commit()
    while (!end.aborted) {
      await store.changed([topic], { after, milliseconds: day, stop: end })
      after = store.commit()
      if (!end.aborted) await out.writeSSE({ event: 'changed', data: topic })
      await pause(1000, end)
    }
  }
}

async function states(out: SSEStreamingApi, of: AsyncIterable<object>): Promise<void> {
  for await (const state of of) await out.writeSSE({ event: 'state', data: JSON.stringify(state) })
}

async function happenings(out: SSEStreamingApi, of: AsyncIterable<object>): Promise<void> {
  for await (const happening of of)
    await out.writeSSE({ event: 'happening', data: JSON.stringify(happening) })
}

async function beats(out: SSEStreamingApi, end: AbortSignal): Promise<void> {
  for await (const _ of every(heartbeat, end)) await out.writeSSE({ event: 'beat', data: '' })
}
