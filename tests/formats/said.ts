import type { AuthAttempt } from '../../src/core/observation.ts'
import { makeAuthReader } from '../../src/formats/auth.ts'

/** When everything is said. */
export const at = new Date('2026-11-20T12:00:00Z')

/** What these messages of one process say: a word for each part. */
export function said(program: string, ...messages: string[]): string[] {
  const reader = makeAuthReader()
  return messages.flatMap((message) => {
    const attempt = reader.read({ at, program, pid: 7, message })
    return attempt ? [words(attempt)] : []
  })
}

/** A word for each part of an attempt. */
export function words({ outcome, service, user, from, method, unknownUser, times }: AuthAttempt): string {
  const all = [outcome, service, JSON.stringify(user), from, method, unknownUser && 'unknown', times]
  return all.filter((word) => word !== undefined).join(' ')
}
