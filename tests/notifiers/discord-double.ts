import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod'

const embed = z.object({
  title: z.string().max(256).optional(),
  description: z.string().max(4096).optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  timestamp: z.iso.datetime().optional(),
  fields: z
    .array(z.object({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
    .max(25)
    .optional(),
  footer: z.object({ text: z.string().min(1).max(2048) }).optional(),
})
export type Embed = z.infer<typeof embed>

/** What Discord takes: its limits, and that nobody is ever mentioned. */
const body = z.object({
  embeds: z.array(embed).min(1).max(10),
  allowed_mentions: z.object({ parse: z.array(z.string()).length(0) }),
})

export interface DoubleMessage {
  readonly id: string
  readonly embeds: readonly Embed[]
  readonly edits: number
}

/** An answer to give instead of the right one. */
interface Canned {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface DiscordDouble {
  /** What to set as notifiers.discord.webhook. */
  readonly webhook: string
  readonly token: string
  /** As a person sees the channel, oldest first. */
  messages(): readonly DoubleMessage[]
  /** `POST`, `PATCH <id>` and so on, in order. */
  readonly requests: string[]
  /** Gives these answers to the next requests, one each. */
  answer(...canned: Canned[]): void
  /** As a person deletes a message. */
  forget(id: string): void
  /** Answers as Discord does when the webhook was deleted. */
  deleteWebhook(): void
  close(): Promise<void>
}

/** A server on loopback that answers webhooks as Discord does: https://discord.com/developers/docs/resources/webhook */
export async function startDiscordDouble(): Promise<DiscordDouble> {
  const token = 'S3cret-token_of-the-double'
  const messages = new Map<string, DoubleMessage>()
  const requests: string[] = []
  const canned: Canned[] = []
  let exists = true

  async function reply(request: IncomingMessage): Promise<Canned> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://double')
    const [, kind, id, given, messageId] =
      /^\/api(?:\/v\d+)?(\/webhooks)\/(\d+)\/([\w-]+)(?:\/messages\/(\d+))?$/.exec(pathname) ?? []
    const sent: unknown = request.method === 'GET' ? undefined : JSON.parse((await text(request)) || 'null')
    requests.push(messageId === undefined ? `${request.method}` : `${request.method} ${messageId}`)
    const instead = canned.shift()
    if (instead) return instead
    if (kind === undefined) return { status: 404, body: { code: 0, message: '404: Not Found' } }
    if (!exists) return { status: 404, body: { code: 10_015, message: 'Unknown Webhook' } }
    if (id !== '1234567890' || given !== token)
      return { status: 401, body: { code: 50_027, message: 'Invalid Webhook Token' } }
    if (messageId === undefined && request.method === 'GET')
      return { status: 200, body: { id, name: 'House "alerts"', channel_id: '42', token } }
    const before = messages.get(messageId ?? '')
    if (messageId !== undefined && before === undefined)
      return { status: 404, body: { code: 10_008, message: 'Unknown Message' } }
    if (request.method === 'DELETE' && before) {
      messages.delete(before.id)
      return { status: 204 }
    }
    const parsed = body.safeParse(sent)
    if (!parsed.success || lengthOf(parsed.data.embeds) > 6000)
      return { status: 400, body: { code: 50_035, message: 'Invalid Form Body', errors: {} } }
    const message: DoubleMessage = {
      id: before?.id ?? `${9_000_000_000 + requests.length}`,
      embeds: parsed.data.embeds,
      edits: before ? before.edits + 1 : 0,
    }
    messages.set(message.id, message)
    if (request.method === 'POST' && searchParams.get('wait') !== 'true') return { status: 204 }
    return { status: 200, body: { ...message, channel_id: '42', type: 0 } }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, headers } = await reply(request)
    const type = body === undefined ? 'text/html; charset=utf-8' : 'application/json'
    response.writeHead(status, { 'content-type': type, ...headers })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(new Error(String(error))))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    webhook: `http://127.0.0.1:${port}/api/webhooks/1234567890/${token}`,
    token,
    messages: () => [...messages.values()],
    requests,
    answer: (...answers) => void canned.push(...answers),
    forget: (id) => void messages.delete(id),
    deleteWebhook: () => {
      exists = false
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Characters that count against Discord's limit for one message. */
function lengthOf(embeds: readonly Embed[]): number {
  return embeds
    .flatMap(({ title = '', description = '', fields = [], footer }) => [
      title,
      description,
      footer?.text ?? '',
      ...fields.flatMap(({ name, value }) => [name, value]),
    ])
    .reduce((sum, part) => sum + part.length, 0)
}
