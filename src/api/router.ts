import { OpenAPIHono } from '@hono/zod-openapi'
import type { ZodType } from 'zod'
import type { Asker } from '../core/request.ts'
import { errorSchema } from './wire/alerts.ts'

/** What the guard of a listener tells the routes behind it. Nothing where the API is asked in process: the terminal. */
export interface ApiEnv {
  Variables: { by: Asker | undefined }
}

/** A router whose refusals are one sentence that names the field. */
export function makeRouter() {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined
      const [issue] = result.error.issues
      const field = issue?.path.map(String).join('.')
      return c.json({ error: `${field ? `${field}: ` : ''}${issue?.message ?? 'not understood'}` }, 400)
    },
  })
}

/** One kind of answer, for a route's `responses`. */
export function json<const T extends ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON body that must be there. */
export function body<const T extends ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } }
}

/** How a route refuses what it does not understand. */
export const refusals = {
  400: json('Not understood: the sentence names the field', errorSchema),
}

/** How a route says that what is asked for is not there. */
export const missing = {
  404: json('There is no such thing', errorSchema),
}
