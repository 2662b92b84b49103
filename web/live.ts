import { ApiError, get } from './api.ts'
import type { Happening, HouseState, Overview, Topic } from './wire.ts'

/** `locked`: the server does not know this browser (any more). */
export type Connection = 'connecting' | 'open' | 'lost' | 'locked'

const topics: readonly Topic[] = ['alerts', 'devices', 'grants', 'recaps']
/** The server sends something at least each 15 s: three times that is silence. */
const silence = 45_000
const retry = 3000

/** The house as it is now, over one stream of events. After each loss everything is read anew. */
export class Live {
  overview: Overview | undefined
  connection: Connection = 'connecting'
  #source: EventSource | undefined
  #watch: ReturnType<typeof setTimeout> | undefined
  readonly #updates = new Set<() => void>()
  readonly #changes = new Set<(topic: Topic) => void>()
  readonly #happenings = new Set<(happening: Happening) => void>()

  get state(): HouseState | undefined {
    return this.overview?.state
  }

  open(): void {
    void this.#connect()
  }

  close(): void {
    clearTimeout(this.#watch)
    this.#source?.close()
  }

  /** Calls when the house or the connection is another; gives what ends that, as the next two do. */
  onUpdate(listener: () => void): () => void {
    return join(this.#updates, listener)
  }

  /** Calls when rows have changed that a page may show. */
  onChanged(listener: (topic: Topic) => void): () => void {
    return join(this.#changes, listener)
  }

  /** Calls when an alert opens, rises or ends. */
  onHappening(listener: (happening: Happening) => void): () => void {
    return join(this.#happenings, listener)
  }

  async #connect(): Promise<void> {
    this.close()
    try {
      this.overview = await get<Overview>('api/status', AbortSignal.timeout(15_000))
    } catch (error) {
      this.#lose(error instanceof ApiError && error.status === 401 ? 'locked' : 'lost')
      return
    }
    this.#become(this.connection)
    const source = new EventSource('./api/stream')
    this.#source = source
    source.addEventListener('open', () => {
      this.#heard()
      this.#become('open')
      for (const topic of topics) for (const listener of this.#changes) listener(topic)
    })
    source.addEventListener('error', () => this.#lose('lost'))
    source.addEventListener('beat', () => this.#heard())
    source.addEventListener('state', ({ data }: MessageEvent<string>) => {
      this.#heard()
      if (this.overview) this.overview = { ...this.overview, state: JSON.parse(data) }
      this.#become('open')
    })
    source.addEventListener('changed', ({ data }: MessageEvent<string>) => {
      const topic = topics.find((one) => one === data)
      if (topic) for (const listener of this.#changes) listener(topic)
    })
    source.addEventListener('happening', ({ data }: MessageEvent<string>) => {
      const happening: Happening = JSON.parse(data)
      for (const listener of this.#happenings) listener(happening)
    })
  }

  #lose(connection: Connection): void {
    this.close()
    this.#become(connection)
    this.#watch = setTimeout(() => void this.#connect(), retry)
  }

  #heard(): void {
    clearTimeout(this.#watch)
    this.#watch = setTimeout(() => this.#lose('lost'), silence)
  }

  #become(connection: Connection): void {
    this.connection = connection
    for (const listener of this.#updates) listener()
  }
}

function join<T>(set: Set<T>, listener: T): () => void {
  set.add(listener)
  return () => set.delete(listener)
}
