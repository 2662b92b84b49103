import { createMiddleware } from 'hono/factory'

const deepest = 32

/** Refuses JSON that is nested deeper than anything asked here: a checker that calls itself would not come back. */
export const shallow = createMiddleware(async (c, next) => {
  const isJson = c.req.header('content-type')?.startsWith('application/json') ?? false
  if (isJson && depthOf(await c.req.text()) > deepest)
    return c.json({ error: 'That is nested too deeply.' }, 400)
  return next()
})

/** How deep lists and objects lie in each other in a JSON text; brackets inside strings are text. */
export function depthOf(json: string): number {
  let depth = 0
  let most = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') quoted = !quoted
    else if (quoted) at += character === '\\' ? 1 : 0
    else if (character === '[' || character === '{') most = Math.max(most, ++depth)
    else if (character === ']' || character === '}') depth -= 1
  }
  return most
}
