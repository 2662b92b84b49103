import { execFileSync } from 'node:child_process'
import { createServer, request, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { find } from '../partners.ts'

/** Chromium as it is installed here. */
export function openBrowser(): Promise<Browser> {
  const executablePath = find('chromium')
  if (executablePath === false) throw new Error('needs chromium')
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  })
}

/** The page as it is served, built anew when a source of it has changed. */
export function buildPage(): void {
  const build = fileURLToPath(new URL('../../web/build.ts', import.meta.url))
  execFileSync(process.execPath, [build, '--unless-built'], { stdio: 'ignore' })
}

/** As Home Assistant's ingress does it: what lies below the prefix goes on without it, all else is not found. */
export async function openPrefixProxy(
  prefix: string,
  port: number,
): Promise<{ address: string; server: Server }> {
  const server = createServer((asked, answer) => {
    const path = asked.url ?? ''
    if (!path.startsWith(prefix)) {
      answer.writeHead(404).end()
      return
    }
    const onward = request(
      {
        host: '127.0.0.1',
        port,
        method: asked.method,
        path: path.slice(prefix.length - 1),
        headers: { ...asked.headers, 'x-ingress-path': prefix.slice(0, -1) },
      },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      },
    )
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = server.address()
  if (own === null || typeof own === 'string') throw new Error('the proxy has no port')
  return { address: `http://127.0.0.1:${own.port}${prefix}`, server }
}
