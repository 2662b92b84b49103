import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { get } from './api.ts'
import type { Live } from './live.ts'
import type { Topic } from './wire.ts'

/** One answer of the API inside an element: read when the element appears, and again when a topic of it has changed. */
export class Watched<T> implements ReactiveController {
  value: T | undefined
  /** Why there is none: a sentence. */
  error: string | undefined
  readonly #host: ReactiveControllerHost
  readonly #ask: () => { live: Live | undefined; path: string | undefined }
  readonly #topics: readonly Topic[]
  #read = new AbortController()
  #path: string | undefined
  #end: (() => void) | undefined

  /** `ask` is called at each update: another path is another question. */
  constructor(
    host: ReactiveControllerHost,
    topics: readonly Topic[],
    ask: () => { live: Live | undefined; path: string | undefined },
  ) {
    this.#host = host
    this.#topics = topics
    this.#ask = ask
    host.addController(this)
  }

  hostUpdate(): void {
    const { live, path } = this.#ask()
    if (live && !this.#end)
      this.#end = live.onChanged((topic) => {
        if (this.#topics.includes(topic)) void this.read()
      })
    if (path === this.#path) return
    this.#path = path
    this.value = undefined
    void this.read()
  }

  hostDisconnected(): void {
    this.#end?.()
    this.#end = undefined
    this.#read.abort()
    this.#path = undefined
  }

  /** Asks again; an older answer on its way is dropped. */
  async read(): Promise<void> {
    this.#read.abort()
    const read = new AbortController()
    this.#read = read
    if (this.#path === undefined) return
    try {
      this.value = await get<T>(this.#path, read.signal)
      this.error = undefined
    } catch (error) {
      if (read.signal.aborted) return
      this.error = error instanceof Error ? error.message : String(error)
    }
    this.#host.requestUpdate()
  }
}
