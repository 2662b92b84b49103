import { messageOf, UnavailableError } from '../../core/errors.ts'
import type { EntityState, Home } from '../../core/home.ts'
import { within } from '../../core/time.ts'
import { canAnnounce, isSatellite, silenceHint } from './speakers.ts'
import { putBack, setVolume, type Change } from './volume.ts'

/** One sentence on one speaker. */
export interface Speech {
  readonly home: Home
  readonly speaker: EntityState
  readonly sentence: string
  /** Absent for satellites: they have their own. */
  readonly voice: string | undefined
  readonly language: string | undefined
  readonly change: Change | undefined
  readonly stop: AbortSignal
}

/** How it ended. */
export interface Outcome {
  readonly speaker: string
  /** The sentence was handed over: from here on it is never repeated. */
  readonly isSaid: boolean
  /** What went wrong. */
  readonly error?: unknown
  /** Nothing is left to put back. */
  readonly isBack: boolean
}

/** A voice says some 12 characters a second; players take up to 10 s to begin. */
const charactersPerSecond = 12
const beginSeconds = 10

/** Says a sentence and waits until it has been said. It does not throw: others are speaking at the same time. */
export async function speak(speech: Speech): Promise<Outcome> {
  const { entity_id: speaker } = speech.speaker
  if (!isSatellite(speaker)) return play(speech)
  const data = { message: speech.sentence, preannounce: true }
  const asked = await outcomeOf(
    speech.home.call({
      domain: 'assist_satellite',
      service: 'announce',
      data,
      target: { entity_id: speaker },
    }),
  )
  return { speaker, isBack: true, ...asked }
}

async function play(speech: Speech): Promise<Outcome> {
  const { home, speaker, change } = speech
  const { entity_id: id } = speaker
  const raised = change ? await outcomeOf(setVolume(home, id, change.set)) : undefined
  if (raised?.error instanceof UnavailableError)
    return { speaker: id, isSaid: false, isBack: false, error: raised.error }
  const heard = await hear(speech)
  const back = change ? await outcomeOf(putBack(home, heard.last, change)) : undefined
  const error = heard.error ?? raised?.error
  return {
    speaker: id,
    isSaid: heard.isSaid,
    isBack: back === undefined || back.value === true,
    ...(error !== undefined && { error }),
  }
}

interface Heard {
  readonly last: EntityState
  readonly isSaid: boolean
  readonly error?: unknown
}

/** Hands the sentence over and follows the player until it has played it, or it has had all the time it needs. */
async function hear(speech: Speech): Promise<Heard> {
  const { home, speaker, sentence, stop } = speech
  const { entity_id: id } = speaker
  const longest = within((sentence.length / charactersPerSecond + beginSeconds) * 1000, stop)
  let last = speaker
  let asked: Asked<unknown> | undefined
  let hasPlayed = false
  try {
    for await (const now of home.watch([id], longest)) {
      last = now
      // Asked only now, so that the end of not even a short sentence is missed.
      asked ??= await outcomeOf(ask(speech))
      if (!asked.isSaid) return { last, ...asked }
      if (hasPlayed && !isPlaying(now)) return { last, ...asked }
      hasPlayed ||= isPlaying(now) && !isSameSound(now, speaker)
    }
  } catch (error) {
    return { last, isSaid: asked?.isSaid ?? false, error }
  }
  if (asked === undefined)
    return { last, isSaid: false, error: new UnavailableError(`${id} does not say how it is`) }
  if (hasPlayed || canAnnounce(speaker)) return { last, ...asked }
  return {
    last,
    isSaid: true,
    error: new Error(`it took the sentence but did not begin to play: ${silenceHint}`),
  }
}

function ask({ home, speaker, sentence, voice = '', language }: Speech): Promise<unknown> {
  return home.call({
    domain: 'tts',
    service: 'speak',
    data: {
      media_player_entity_id: [speaker.entity_id],
      message: sentence,
      cache: false,
      ...(language !== undefined && { language }),
    },
    target: { entity_id: voice },
  })
}

function isPlaying({ state }: EntityState): boolean {
  return state === 'playing' || state === 'buffering'
}

/** It goes on with what it played before: music, not our sentence. */
function isSameSound(now: EntityState, before: EntityState): boolean {
  return isPlaying(before) && now.attributes['media_content_id'] === before.attributes['media_content_id']
}

interface Asked<T> {
  readonly isSaid: boolean
  readonly value?: T
  readonly error?: unknown
}

/** A call whose answer was lost may have been heard. */
async function outcomeOf<T>(call: Promise<T>): Promise<Asked<T>> {
  try {
    return { isSaid: true, value: await call }
  } catch (error) {
    return { isSaid: error instanceof UnavailableError, error }
  }
}

/** For a receipt: one line. */
export function toWords({ isSaid, error }: Outcome): string {
  if (error === undefined) return 'spoken'
  return `${isSaid ? 'perhaps not heard' : 'not spoken'}: ${messageOf(error)}`
}
