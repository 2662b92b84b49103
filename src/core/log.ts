import pino from 'pino'
import type { Writable } from 'node:stream'
import { visibleJson } from './text.ts'

export const logLevels = ['debug', 'info', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** One event, one line. Text of strangers goes into `data`, never into the message. */
export interface Log {
  debug(message: string, data?: object): void
  info(message: string, data?: object): void
  warning(message: string, data?: object): void
  error(message: string, data?: object): void
  /** The same log under a name of its own. */
  named(name: string): Log
}

export interface LogOptions {
  readonly level: LogLevel
  /** Written in place of them, wherever they stand: tokens, webhook addresses, passwords. */
  readonly secrets: () => Iterable<string>
  /** Standard output unless a test wants to read it. */
  readonly to?: Writable
}

const numbers: Record<LogLevel, string> = { debug: 'debug', info: 'info', warning: 'warn', error: 'error' }

/** A log on standard output that cannot be made to tell a secret. */
export function makeLog({ level, secrets, to }: LogOptions): Log {
  const out = to ?? process.stdout
  const root = pino(
    {
      level: numbers[level],
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label === 'warn' ? 'warning' : label }) },
    },
    { write: (line: string) => void out.write(visibleJson(scrub(line, secrets()))) },
  )
  return wrap(root)
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (message, data = {}) => logger.debug(data, message),
    info: (message, data = {}) => logger.info(data, message),
    warning: (message, data = {}) => logger.warn(data, message),
    error: (message, data = {}) => logger.error(data, message),
    named: (name) => wrap(logger.child({ name })),
  }
}

/** The text without the secrets: as they are, and as they stand inside JSON. Shorter than four characters is no secret. */
export function scrub(text: string, secrets: Iterable<string>): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length < 4) continue
    clean = clean.replaceAll(secret, '•••').replaceAll(JSON.stringify(secret).slice(1, -1), '•••')
  }
  return clean
}
