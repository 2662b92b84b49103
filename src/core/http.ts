import { codeOf, messageOf, UnavailableError } from './errors.ts'
import { within } from './time.ts'

/** An answer whose body was read: at most `limit` bytes of it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Ask extends Omit<RequestInit, 'signal'> {
  readonly stop: AbortSignal
  /** Milliseconds for the whole of it. */
  readonly timeout?: number
  /** Bytes; a longer body is an error. */
  readonly limit?: number
}

/**
 * One HTTP exchange, bounded in time and size. No answer is an `UnavailableError` that names the host and nothing
 * else of the address (it may hold a secret); any status is an answer.
 */
export async function ask(
  address: string | URL,
  { stop, timeout = 15_000, limit = 1_000_000, ...init }: Ask,
): Promise<Answer> {
  const { host } = new URL(address)
  const signal = within(timeout, stop)
  try {
    const response = await fetch(address, { ...init, signal })
    return { status: response.status, headers: response.headers, body: await bodyOf(response, limit) }
  } catch (error) {
    const what = signal.aborted ? `no answer within ${timeout / 1000} s` : troubleOf(error)
    throw new UnavailableError(`${host} does not answer (${what})`, { cause: error })
  }
}

/** Codes of a connection that was closed at the other end: which one comes is chance. */
const broken: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** What was the matter when nobody answered: the same words for the same trouble, so that it is said once. */
export function troubleOf(error: unknown): string {
  const code = codeOf(error)
  return broken.includes(code) ? 'the connection broke' : (code ?? messageOf(error))
}

async function bodyOf(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > limit) throw new Error(`more than ${limit} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
