/** One entity's state in Home Assistant. */
export interface EntityState {
  readonly entity_id: string
  readonly state: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Where a broker is, as the Supervisor tells. */
export interface Broker {
  readonly host: string
  readonly port: number
  readonly ssl: boolean
  readonly username?: string
  readonly password?: string
}

/** An app (add-on) that is installed in Home Assistant. */
export interface HomeApp {
  readonly slug: string
  /** `started`, `startup`, `stopped`, `error`, `unknown`. */
  readonly state: string
}

/** An action's addressees. */
export interface Target {
  readonly entity_id: string | readonly string[]
}

/**
 * The one connection to Home Assistant, made by `app.ts` and shared by all. Every method throws `UnavailableError`
 * while Home Assistant is not there, `ConfigError` when it refuses the token. A connection that is lost ends `watch`,
 * `events` and `subscribe` with an `UnavailableError`; asking again connects again, when Home Assistant is back.
 */
export interface Home {
  /** We run beside it as its app: the Supervisor is there to be asked. */
  readonly isSupervised: boolean
  /** Calls an action, and gives its response when `returnResponse` is set. Throws an `Error` with Home Assistant's own words when it is refused. */
  call(action: {
    readonly domain: string
    readonly service: string
    readonly data?: Readonly<Record<string, unknown>>
    readonly target?: Target
    readonly returnResponse?: boolean
  }): Promise<unknown>
  states(): Promise<readonly EntityState[]>
  /** Each change of these entities, from now until `stop`; the first is the state now. */
  watch(entityIds: readonly string[], stop: AbortSignal): AsyncIterable<EntityState>
  /** Events of this type on Home Assistant's bus, until `stop`. */
  events(type: string, stop: AbortSignal): AsyncIterable<Readonly<Record<string, unknown>>>
  /** What a websocket command that subscribes tells, until `stop`. */
  subscribe(
    message: { readonly type: string } & Readonly<Record<string, unknown>>,
    stop: AbortSignal,
  ): AsyncIterable<unknown>
  /** Any websocket command. */
  send(message: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<unknown>
  /** Home Assistant has finished starting: speakers and voices are there. */
  isRunning(): Promise<boolean>
  /** The broker that the Supervisor knows; undefined where there is no Supervisor, or no broker (yet). */
  broker(): Promise<Broker | undefined>
  /** The apps that are installed; undefined where there is no Supervisor, or when it does not tell this app. */
  apps(): Promise<readonly HomeApp[] | undefined>
  /** Where our page is in Home Assistant's own, `/app/<slug>`; undefined where there is no Supervisor. */
  page(): Promise<string | undefined>
}
