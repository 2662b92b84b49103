import { ConfigError, UnavailableError } from '../core/errors.ts'
import { within } from '../core/time.ts'
import { boundedFetch } from './bounds.ts'
import type { Ask, Reply } from './engine.ts'
import { addressOf, type TriageOptions } from './options.ts'
import type { Prompt } from './prompt.ts'
import { missing } from './server.ts'

/** Tokens that an answer may have. */
const longestAnswer = 400

/** One call, with the model's own habit. */
export interface ChatAsk extends Ask {
  /** Undefined: as the model is used to. */
  readonly think: boolean | 'low' | undefined
}

/**
 * One call of `/api/chat`, inside the time limit. Throws `UnavailableError` when the server is not there, busy or
 * without the model, `ConfigError` when it refuses us; what `stop` cuts off rejects with its reason.
 */
export async function chat(asked: ChatAsk, options: TriageOptions, stop: AbortSignal): Promise<Reply> {
  const over = new AbortController()
  const deadline = within(options.timeout * 1000, AbortSignal.any([stop, over.signal]))
  try {
    return await converse(asked, options, deadline)
  } catch (error) {
    stop.throwIfAborted()
    if (deadline.aborted || isTimeout(error)) return { kind: 'timeout' }
    if (isRefusal(error)) return refusalOf(error, options)
    if (error instanceof TypeError) return { kind: 'lost' }
    return { kind: 'garbled', why: error instanceof SyntaxError ? 'not JSON' : String(error) }
  } finally {
    over.abort()
  }
}

async function converse(asked: ChatAsk, options: TriageOptions, signal: AbortSignal): Promise<Reply> {
  const { Ollama } = await import('ollama')
  const bounds = { body: 65_536, line: 16_384, idle: 60_000 }
  const client = new Ollama({ host: addressOf(options).href, fetch: boundedFetch(bounds, signal) })
  const request = {
    model: options.model,
    messages: [
      { role: 'system', content: asked.prompt.system },
      { role: 'user', content: asked.prompt.user },
    ],
    stream: true as const,
    truncate: false,
    format: asked.format,
    keep_alive: options.keepAlive,
    ...(asked.think !== undefined && { think: asked.think }),
    options: {
      num_ctx: options.context,
      num_predict: longestAnswer,
      seed: asked.seed,
      temperature: asked.temperature,
    },
  }
  let content = ''
  let thinking = ''
  for await (const part of await client.chat(request)) {
    content += part.message?.content ?? ''
    thinking += part.message?.thinking ?? ''
    if (!part.done) continue
    if (part.done_reason !== 'stop') return { kind: 'garbled', why: `ended by ${part.done_reason}` }
    const why = whyUnread(part.prompt_eval_count, asked.prompt, options.context)
    if (why !== undefined) return { kind: 'refused', why }
  }
  return { kind: 'text', text: content.trim() === '' ? thinking : content }
}

/** Why the whole question cannot have been read: some servers cut it silently to half the window. No model's token is longer than six characters in the mean. */
function whyUnread(tokens: unknown, { system, user }: Prompt, context: number): string | undefined {
  if (typeof tokens !== 'number') return 'it does not say how much of the question was read'
  if (tokens > context - longestAnswer) return 'the question leaves no room for an answer'
  return tokens < (system.length + user.length) / 6 ? 'only a part of the question was read' : undefined
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

/** The package's error for a status that is not 2xx. */
function isRefusal(error: unknown): error is Error & { readonly status_code: number } {
  return error instanceof Error && 'status_code' in error && typeof error.status_code === 'number'
}

function refusalOf({ status_code: status }: { status_code: number }, options: TriageOptions): Reply {
  const { host } = addressOf(options)
  if (status === 404) throw new UnavailableError(missing(options.model))
  if (status === 401 || status === 403)
    throw new ConfigError(
      `Ollama at ${host} refuses us (${status}): allow this machine there, or correct its address`,
    )
  if ([429, 502, 503, 504].includes(status))
    throw new UnavailableError(`Ollama at ${host} is busy (${status}): asked again by itself`)
  return { kind: status < 500 ? 'refused' : 'garbled', why: `status ${status}` }
}
