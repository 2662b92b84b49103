import type { Result, Sight } from './wire.ts'

/** The API answered with a refusal, or not at all. The message is a sentence for a person. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0 when there was no answer. */
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** Reads from the API. Addresses are relative: the page may lie below any path. `T` is what the API's schema promises. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>(path, signal ? { signal } : {})
}

/** Asks the house for something. */
export async function post(path: string, body: object = {}): Promise<Result> {
  return send<Result>(path, json('POST', body))
}

/** What was seen, newest first. A body, as names hold characters that some on the way refuse in an address. */
export async function search(
  wanted: {
    readonly limit: number
    readonly text?: string
    readonly kinds?: readonly string[]
    readonly device?: string
    readonly before?: number
  },
  signal: AbortSignal,
): Promise<readonly Sight[]> {
  return send<readonly Sight[]>('api/events/search', { ...json('POST', wanted), signal })
}

/** A file; with a body it is asked for with one. */
export async function fetchFile(path: string, body?: object): Promise<Blob> {
  return (await answerOf(path, body ? json('POST', body) : {})).blob()
}

/** Saves one setting; null is its default. */
export async function setOption(path: string, value: unknown): Promise<Result> {
  return send<Result>('api/settings', json('PUT', { path, value }))
}

function json(method: string, body: object): RequestInit {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  return (await answerOf(path, init)).json()
}

async function answerOf(path: string, init: RequestInit): Promise<Response> {
  const response = await reach(path, init)
  if (response.ok) return response
  throw new ApiError(await refusalOf(response), response.status)
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`./${path}`, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError('Hearthwarden does not answer.', 0)
  }
}

async function refusalOf(response: Response): Promise<string> {
  const text = await response.text()
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : undefined
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof said === 'string' ? said : `Hearthwarden answered ${response.status}.`
}
