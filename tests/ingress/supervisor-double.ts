import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import * as z from 'zod'

/** Where the Supervisor is inside Home Assistant, and where apps of the host's network are. */
export const supervisorAddress = '172.30.32.2'
export const gateway = '172.30.32.1'

export interface SupervisorDouble {
  /** The browser's way in, as Core has it: `http://127.0.0.1:8123`. */
  readonly address: string
  /** Every request to the Supervisor, and its answer. */
  readonly asked: { readonly path: string; readonly status: number }[]
  /** What the browser asked of Core and was refused. */
  readonly refused: string[]
  /** From now on a broker is registered. */
  register(broker: Readonly<Record<string, unknown>>): void
  close(): Promise<void>
}

export interface SupervisorParts {
  readonly token: string
  /** Of this app: what `/addons/self/info` tells. */
  readonly self: Readonly<Record<string, unknown>> & {
    readonly ingress_entry: string
    readonly ingress_port: number
  }
  /** Where Home Assistant's websocket is played: a port on loopback. */
  readonly homePort: number
}

/** Open to every app with a token; with `hassio_api` and the least role also every `…/info`. */
const bypass = [
  /^\/info$/,
  /^\/services(?:\/.*)?$/,
  /^\/discovery(?:\/.*)?$/,
  /^\/addons\/self\/(?!security$|update$)[^/]+$/,
  /^\/addons\/self\/options\/config$/,
]
const leastRole = /^\/.+\/info$/
const withCoreApi = /^\/core\/(?:api(?:\/.*)?|websocket)$/

/** What the Supervisor takes for an attack, in a path or a query, ingress too: 400. */
const attacks = [
  /proc\/self\/environ/i,
  /(?:<|%3C).*script.*(?:>|%3E)/i,
  /\.\.\//,
  /[a-zA-Z0-9_]=\/(?:[a-z0-9_.]\/\/?)+/i,
  /union.*select.*\(/i,
  /union.*all.*select/i,
  /concat.*\(/i,
]

/**
 * The Supervisor and the part of Core that a browser sees, on their real addresses: for a network namespace that has
 * them. It enforces the token, the role, the blocked requests and the prefix, and passes ingress on from the one
 * address that we may answer.
 */
export async function startSupervisor({ token, self, homePort }: SupervisorParts): Promise<SupervisorDouble> {
  const asked: { path: string; status: number }[] = []
  const refused: string[] = []
  let broker: Readonly<Record<string, unknown>> | undefined

  const isBlocked = (url: string) => attacks.some((attack) => attack.test(decodeURIComponent(url)))

  const answerOf = (path: string): { status: number; data?: unknown } => {
    if (path === '/addons/self/info') return { status: 200, data: self }
    if (path === '/services/mqtt') return broker ? { status: 200, data: broker } : { status: 400 }
    if (path === '/info') return { status: 200, data: { hostname: 'homeassistant', state: 'running' } }
    return bypass.some((known) => known.test(path)) || leastRole.test(path)
      ? { status: 404 }
      : { status: 403 }
  }

  const onApi = (incoming: IncomingMessage, response: ServerResponse) => {
    const path = incoming.url ?? ''
    const isIn = [incoming.headers.authorization, `Bearer ${String(incoming.headers['x-supervisor-token'])}`]
    const { status, data } = isBlocked(path)
      ? { status: 400 }
      : isIn.includes(`Bearer ${token}`)
        ? answerOf(path)
        : { status: 401 }
    asked.push({ path, status })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { result: 'ok', data } : { result: 'error', message: 'No' }))
  }

  const supervisor = createServer(onApi)
  supervisor.on('upgrade', (incoming, socket, head) => {
    const path = incoming.url ?? ''
    asked.push({ path, status: withCoreApi.test(path) ? 101 : 403 })
    if (!withCoreApi.test(path)) return void socket.destroy()
    const onward = connect(homePort, '127.0.0.1', () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`)
      onward.write(`GET /core/api/websocket HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })

  const core = createServer((incoming, response) => {
    const url = incoming.url ?? ''
    if (url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(
        `<!doctype html><title>Home Assistant</title><style>body{margin:0}iframe{border:0;width:100vw;height:100vh}</style><iframe title="Hearthwarden" src="${self.ingress_entry}/"></iframe>`,
      )
    } else if (isBlocked(url)) {
      refused.push(`400 ${url}`)
      response.writeHead(400).end()
    } else if (url.startsWith(`${self.ingress_entry}/`)) {
      passOn(incoming, response, { path: url.slice(self.ingress_entry.length), self })
    } else if (url === '/favicon.ico') {
      response.writeHead(204).end()
    } else {
      refused.push(`404 ${url}`)
      response.writeHead(404).end()
    }
  })

  supervisor.listen(80, supervisorAddress)
  core.listen(8123, '127.0.0.1')
  await Promise.all([once(supervisor, 'listening'), once(core, 'listening')])
  return {
    address: 'http://127.0.0.1:8123',
    asked,
    refused,
    register: (data) => (broker = z.record(z.string(), z.unknown()).parse(data)),
    async close() {
      for (const server of [supervisor, core]) {
        server.close()
        server.closeAllConnections()
      }
      await Promise.all([once(supervisor, 'close'), once(core, 'close')])
    },
  }
}

/** Passes a browser's request on to the app, as the Supervisor's ingress does. */
export function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  { path, self }: { readonly path: string } & Pick<SupervisorParts, 'self'>,
): void {
  const { host: _, 'x-remote-user-id': __, ...headers } = incoming.headers
  const onward = request(
    {
      host: gateway,
      port: self.ingress_port,
      localAddress: supervisorAddress,
      method: incoming.method,
      path,
      headers: {
        ...headers,
        'x-ingress-path': self.ingress_entry,
        'x-remote-user-id': '0123456789abcdef',
        'x-remote-user-name': 'someone',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': '127.0.0.1:8123',
      },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  onward.on('error', () => response.writeHead(502).end('502: Bad Gateway'))
  response.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
