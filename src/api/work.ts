import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import type { ApiParts } from './parts.ts'
import { body, json, makeRouter, refusals } from './router.ts'

const time = z.iso.datetime()

export const claimSchema = z
  .object({
    detector: z.string(),
    device: z.string(),
    target: z.string().optional(),
    at: time,
    confidence: z.number(),
    cause: z.string().optional(),
    summary: z.string(),
    evidence: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
  })
  .meta({ id: 'Claim' })

export const collectedSchema = z
  .object({ loop: z.string(), taken: z.int(), problem: z.string().optional() })
  .meta({ id: 'Collected' })

export const importedSchema = z
  .object({
    lines: z.int().describe('lines of this file that are taken, those of earlier imports too'),
    events: z.int().describe('events made of the lines just given'),
  })
  .meta({ id: 'Imported' })

const replay = createRoute({
  method: 'post',
  path: '/api/replay',
  summary: 'Judges stored events again; tells nobody and stores nothing',
  request: {
    body: body(
      z.object({
        since: time.optional(),
        until: time.optional(),
        detectors: z.array(z.string()).max(100).optional(),
      }),
    ),
  },
  responses: { 200: json('What would be claimed', z.array(claimSchema)), ...refusals },
})

const collect = createRoute({
  method: 'post',
  path: '/api/collect',
  summary: 'One pass of these sources, or of all; with `learning` it is learned from and not judged',
  request: { body: body(z.object({ names: z.array(z.string()).max(100), learning: z.boolean() })) },
  responses: { 200: json('What each gave', z.array(collectedSchema)), ...refusals },
})

const file = z.string().regex(/^[a-f0-9]{64}$/, 'a SHA-256')

const imported = createRoute({
  method: 'get',
  path: '/api/import/{source}/{file}',
  summary: 'How many lines of a file are imported already',
  request: { params: z.object({ source: z.string(), file }) },
  responses: { 200: json('The lines', importedSchema), ...refusals },
})

const importLines = createRoute({
  method: 'post',
  path: '/api/import/{source}/{file}',
  summary:
    'Reads lines of history through a source’s format, at their own times; lines taken before are passed over',
  request: {
    params: z.object({ source: z.string(), file }),
    body: body(z.object({ from: z.int().min(0), written: time, lines: z.array(z.string()).max(20_000) })),
  },
  responses: { 200: json('What was made of them', importedSchema), ...refusals },
})

/** Work that the terminal asks for. */
export function workRoutes({ work }: ApiParts) {
  return makeRouter()
    .openapi(replay, async (c) => {
      const { since, until, detectors } = c.req.valid('json')
      const claims = await work.replay({
        ...(since && { since: new Date(since) }),
        ...(until && { until: new Date(until) }),
        ...(detectors && { detectors }),
      })
      return c.json(
        claims.map(({ at, ...claim }) => ({ ...claim, at: at.toISOString() })),
        200,
      )
    })
    .openapi(collect, async (c) => c.json(await work.collect(c.req.valid('json')), 200))
    .openapi(imported, async (c) =>
      c.json({ lines: await work.importedLines(c.req.valid('param')), events: 0 }, 200),
    )
    .openapi(importLines, async (c) => {
      const { written, ...piece } = c.req.valid('json')
      return c.json(
        await work.importLines({ ...c.req.valid('param'), ...piece, written: new Date(written) }),
        200,
      )
    })
}
