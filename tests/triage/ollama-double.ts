import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as z from 'zod'

const chatBody = z.looseObject({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  stream: z.boolean().default(true),
  truncate: z.boolean().default(true),
  format: z.looseObject({ properties: z.record(z.string(), z.looseObject({})) }),
  keep_alive: z.string().optional(),
  think: z.union([z.boolean(), z.string()]).optional(),
  options: z.object({
    num_ctx: z.int(),
    num_predict: z.int(),
    seed: z.int(),
    temperature: z.number(),
  }),
})
export type ChatBody = z.infer<typeof chatBody>

/** How one call of `/api/chat` is answered. */
export type Reaction = (response: ServerResponse, body: ChatBody) => void

export interface Double {
  readonly address: string
  /** All calls of `/api/chat`, oldest first. */
  readonly chats: readonly ChatBody[]
  /** Reactions to the next calls; the last one stays. */
  react(...reactions: readonly Reaction[]): void
  stop(): Promise<void>
}

export interface DoubleOptions {
  readonly models?: readonly string[]
  readonly capabilities?: readonly string[]
  readonly version?: string
  /** Fingerprint of its models. */
  readonly digest?: () => string
  readonly port?: number
}

/** An HTTP server on loopback that answers as Ollama 0.17 to 0.33 was seen to answer, and fails as it was seen to fail. */
export async function startDouble({
  models = ['llama3.1:8b'],
  capabilities = ['completion'],
  version = '0.17.4',
  digest = () => 'c9dd03679a73b022913857beb4142381eef6173bdfad2272070f0312e75abd1c',
  port = 0,
}: DoubleOptions = {}): Promise<Double> {
  const chats: ChatBody[] = []
  let reactions: readonly Reaction[] = [says(valid())]

  const routes: Record<string, (response: ServerResponse, body: string) => void> = {
    'GET /api/version': (response) => json(response, 200, { version }),
    'GET /api/tags': (response) =>
      json(response, 200, { models: models.map((name) => ({ name, model: name, digest: digest() })) }),
    'POST /api/show': (response, body) => {
      const { model } = z.object({ model: z.string() }).parse(JSON.parse(body))
      if (models.includes(model)) json(response, 200, { capabilities, details: {}, model_info: {} })
      else json(response, 404, { error: `model '${model}' not found` })
    },
    'POST /api/chat': (response, body) => {
      const asked = chatBody.parse(JSON.parse(body))
      chats.push(asked)
      const reaction = reactions[0] ?? says(valid())
      reactions = reactions.length > 1 ? reactions.slice(1) : reactions
      if (!models.includes(asked.model)) json(response, 404, { error: `model '${asked.model}' not found` })
      else if (asked.think !== undefined && asked.think !== false && !capabilities.includes('thinking'))
        json(response, 400, { error: `"${asked.model}" does not support thinking` })
      else reaction(response, asked)
    },
  }
  const server = createServer((request, response) => {
    const route = routes[`${request.method} ${request.url}`]
    if (route === undefined) plain(response, 404, '404 page not found')
    else
      textOf(request).then(
        (body) => route(response, body),
        () => response.destroy(),
      )
  })
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    address: `http://127.0.0.1:${address.port}`,
    chats,
    react: (...next) => {
      reactions = next
    },
    async stop() {
      const closed = new Promise((done) => server.close(done))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The text of an answer that counts, with changes. */
export function valid(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    analysis: 'Fourteen odd names within minutes. Nearly all of them do not exist.',
    benign_cause: 'none',
    category: 'dns',
    evidence: ['E1'],
    reason: 'The tablet asks for names that nobody would choose.',
    severity: 'low',
    ...change,
  })
}

/** Streams a text and ends well, unless the last line is said to be otherwise. */
export function says(text: string, end: Readonly<Record<string, unknown>> = {}): Reaction {
  return (response, body) => {
    ndjson(response)
    for (const piece of text.match(/[^]{1,16}/g) ?? []) response.write(line(body, piece))
    response.end(line(body, '', { ...lastLine(body), ...end }))
  }
}

/** Refuses with a status, as JSON `{ "error": … }`. */
export function refuses(status: number, error: string): Reaction {
  return (response) => json(response, status, { error })
}

export function ndjson(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
}

export function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/** One line of a stream. */
export function line(body: ChatBody, content: string, more: object = { done: false }): string {
  const message = { role: 'assistant', content }
  return `${JSON.stringify({ model: body.model, created_at: '2026-11-20T22:35:36.835713902Z', message, ...more })}\n`
}

/** What the last line of a good stream holds. */
export function lastLine(body: ChatBody): Readonly<Record<string, unknown>> {
  return {
    done: true,
    done_reason: 'stop',
    total_duration: 281885169,
    load_duration: 255899061,
    prompt_eval_count: tokensOf(body),
    prompt_eval_duration: 7310000,
    eval_count: 95,
    eval_duration: 15010000,
  }
}

/** About what a model with a large vocabulary would count. */
export function tokensOf({ messages }: ChatBody): number {
  return Math.round(messages.reduce((sum, { content }) => sum + content.length, 0) / 4.2)
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}
