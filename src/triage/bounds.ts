import { pause } from '../core/time.ts'

export interface Bounds {
  /** Bytes of the whole body. */
  readonly body: number
  /** Characters of a line. */
  readonly line: number
  /** Milliseconds between two pieces. */
  readonly idle: number
}

/**
 * A `fetch` for the package `ollama`, which by itself reads without end and prints what it does not understand. Passed
 * on are only bodies of whole JSON lines inside the bounds; of a refusal only the status.
 */
export function boundedFetch(bounds: Bounds, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, signal, redirect: 'error' })
    const { status } = response
    if (!response.ok) return Response.json({ error: `status ${status}` }, { status })
    const type = response.headers.get('content-type') ?? ''
    if (!/^application\/(x-ndjson|json)\b/.test(type)) throw new Error(`an answer of type ${type}`)
    return new Response(streamOf(linesOf(response, bounds)), { headers: { 'content-type': type } })
  }
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/** The body's lines as bytes, each one JSON; throws when it is not, when it is too much, or when nothing comes. */
async function* linesOf(response: Response, bounds: Bounds): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) throw new Error('an answer without a body')
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let bytes = 0
  let rest = ''
  try {
    for (;;) {
      const piece = await within(bounds.idle, reader.read())
      bytes += piece.value?.byteLength ?? 0
      if (bytes > bounds.body) throw new Error(`an answer of more than ${bounds.body} bytes`)
      const lines = (rest + decoder.decode(piece.value, { stream: !piece.done })).split('\n')
      rest = piece.done ? '' : (lines.pop() ?? '')
      if ([rest, ...lines].some(({ length }) => length > bounds.line))
        throw new Error('an answer with an endless line')
      for (const line of lines.filter((text) => text.trim() !== '')) {
        JSON.parse(line)
        yield encoder.encode(`${line}\n`)
      }
      if (piece.done) return
    }
  } finally {
    await reader.cancel()
  }
}

/** What is read, or a `TimeoutError` after so many milliseconds. */
async function within<T>(milliseconds: number, reading: Promise<T>): Promise<T> {
  const read = new AbortController()
  try {
    const late = pause(milliseconds, read.signal).then(() => {
      throw new DOMException('nothing more came', 'TimeoutError')
    })
    return await Promise.race([reading, late])
  } finally {
    read.abort()
  }
}
