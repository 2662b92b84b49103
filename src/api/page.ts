import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import type { ApiEnv } from './router.ts'

const notBuilt = 'The page is not built yet: run "npm run build" once, then load this address again.\n'

/** The built page in a folder. Names of its assets change with their content, so they are kept for good. */
export function pageRoutes(folder: string): Hono<ApiEnv> {
  const router = new Hono<ApiEnv>()
  router.get('/*', (c, next) => {
    if (existsSync(join(folder, 'index.html'))) return filesOf(folder)(c, next)
    return c.req.path === '/' ? Promise.resolve(c.text(notBuilt, 503)) : next()
  })
  return router
}

function filesOf(folder: string) {
  return serveStatic<ApiEnv>({
    root: folder,
    onFound: (path, c) =>
      c.header(
        'Cache-Control',
        path.includes('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
      ),
  })
}
