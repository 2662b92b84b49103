import * as z from 'zod'
import type { EntityState, Home } from '../../core/home.ts'
import type { Receipt } from '../../core/notifier.ts'
import { isAvailable } from './speakers.ts'

/** What a speaker's volume was, and what we made of it; 0 to 1. */
export interface Change {
  readonly before: number
  readonly set: number
}

/** Changes that are to be put back, by speaker. */
export type Changes = ReadonlyMap<string, Change>

const levels = z.record(z.string(), z.number())

/** Speakers round a level to steps of their own. */
const step = 0.02

/** As it is remembered: `<speaker> before` and `<speaker> set`; undefined when there is nothing to put back. */
export function toRemembered(changes: Changes): Receipt | undefined {
  if (changes.size === 0) return undefined
  return Object.fromEntries(
    [...changes].flatMap(([speaker, { before, set }]) => [
      [`${speaker} before`, before],
      [`${speaker} set`, set],
    ]),
  )
}

/** What was remembered, read back. */
export function toChanges(remembered: Receipt | undefined): Changes {
  const saved = levels.parse(remembered ?? {})
  const changes = new Map<string, Change>()
  for (const [key, before] of Object.entries(saved)) {
    const speaker = key.split(' ')[0] ?? ''
    const set = saved[`${speaker} set`]
    if (key.endsWith(' before') && set !== undefined) changes.set(speaker, { before, set })
  }
  return changes
}

/** What to change of a speaker's volume, and undefined where nothing is: it says no level, or has it already. */
export function toChange(
  { attributes }: EntityState,
  set: number,
  earlier: Change | undefined,
): Change | undefined {
  const level = attributes['volume_level']
  if (set === 0) return undefined
  if (typeof level !== 'number') return earlier
  // What an earlier sentence left raised is not the volume that people had chosen.
  const before = earlier && isNear(level, earlier.set) ? earlier.before : level
  return isNear(before, set) ? undefined : { before, set }
}

/** Sets a player's volume, 0 to 1. */
export async function setVolume(home: Home, speaker: string, level: number): Promise<void> {
  await home.call({
    domain: 'media_player',
    service: 'volume_set',
    data: { volume_level: level },
    target: { entity_id: speaker },
  })
}

/**
 * Puts a speaker's volume back unless somebody has chosen another since. False when it is not there: then it is still
 * to be put back.
 */
export async function putBack(home: Home, now: EntityState, { before, set }: Change): Promise<boolean> {
  if (!isAvailable(now)) return false
  const level = now.attributes['volume_level']
  const isChosen = typeof level === 'number' && !isNear(level, set) && !isNear(level, before)
  if (!isChosen) await setVolume(home, now.entity_id, before)
  return true
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < step
}
