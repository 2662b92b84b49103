import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import { type Client, clientOf, makeClient } from './api/client.ts'
import { openApp } from './app.ts'
import { runRequests } from './app-requests.ts'
import { makePrinter, type Printer, toLocal } from './cli-print.ts'
import { type Given, toStart } from './main.ts'

/** Options that every command has. */
export interface Common extends Given {
  readonly json?: boolean
}

/** What a command works with: the running daemon, or the data folder itself when none runs. */
export interface Tools {
  readonly client: Client
  readonly print: Printer
}

/** Adds a command that has the common options. */
export type AddCommand = (name: string, description: string) => Command

/** Runs a command over the house, wherever it is, and leaves it as it was found. */
export async function withHouse(given: Common, work: (tools: Tools) => Promise<void>): Promise<void> {
  const ending = new AbortController()
  process.once('SIGINT', () => ending.abort())
  const print = makePrinter({ json: given.json === true })
  const start = toStart(given, process.env, ending.signal)
  const daemon = await makeClient({ folder: start.folder, stop: ending.signal })
  if (daemon) return work({ client: daemon, print })
  const app = await openApp({ ...start, quiet: true })
  const requests = runRequests(app)
  try {
    await work({ client: clientOf(app.api), print })
  } finally {
    ending.abort()
    await requests
    await app.close()
  }
}

/** `2026-11-20`, `2026-11-20T08:00`, or `3h`, `2d` ago, as ISO 8601. */
export function toTime(text: string): string {
  const ago = /^(\d{1,6})([mhd])$/.exec(text)
  const lengths = new Map([
    ['m', 60_000],
    ['h', 3_600_000],
    ['d', 86_400_000],
  ])
  const time = ago ? new Date(Date.now() - Number(ago[1]) * (lengths.get(ago[2] ?? '') ?? 0)) : new Date(text)
  if (Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Write a time such as 2026-11-20T08:00, or 3h for three hours ago.')
  return time.toISOString()
}

/** `--since` */
export function since(): Option {
  return new Option('--since <time>', 'from then on: 2026-11-20T08:00, or 3h or 2d ago').argParser(toTime)
}

/** `--until` */
export function until(): Option {
  return new Option('--until <time>', 'up to then').argParser(toTime)
}

/** A number on the command line. */
export function toNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('Write a whole number above 0.')
  return number
}

/** A confidence as people read it. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Some of these words, with commas between them. */
export function toWords(words: readonly string[]): (text: string) => string {
  return (text) => {
    const wrong = text.split(',').find((word) => !words.includes(word))
    if (wrong !== undefined) throw new InvalidArgumentError(`Write one or more of ${words.join(', ')}.`)
    return text
  }
}

/** What to call a device in a table. */
export async function namesOf(client: Client): Promise<(device: string) => string> {
  const names = new Map((await client.devices()).map(({ id, name }) => [id, name]))
  return (device) => names.get(device) ?? device
}

/** How a detector's claim is shown. */
export function claimColumns(name: (device: string) => string) {
  return {
    When: (claim: Claim) => toLocal(claim.at),
    Detector: (claim: Claim) => claim.detector,
    Sure: (claim: Claim) => percent(claim.confidence),
    Device: (claim: Claim) => name(claim.device),
    What: (claim: Claim) => claim.summary,
  }
}

interface Claim {
  readonly at: string
  readonly detector: string
  readonly confidence: number
  readonly device: string
  readonly summary: string
}
