/** One option, as the page shows it. */
export interface Setting {
  /** `notifiers.discord.webhook` */
  readonly path: string
  /** The title of the plugin, or of the part of the house, that it belongs to. */
  readonly group: string
  readonly title: string
  readonly description: string
  /** Absent for a secret. */
  readonly value?: unknown
  /** Only for a secret: whether there is one. */
  readonly isSet?: boolean
  readonly default?: unknown
  readonly from: 'environment' | 'file' | 'saved' | 'default'
  /** Its name in the environment. */
  readonly variable: string
  /** One of the few that one needs to get going. */
  readonly essential: boolean
  /** Set outside: the page cannot change it. */
  readonly locked: boolean
  /** JSON Schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>
}
