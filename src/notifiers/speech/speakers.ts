import { ConfigError, UnavailableError } from '../../core/errors.ts'
import type { EntityState } from '../../core/home.ts'
import { quote } from '../../core/text.ts'

/** Entities that can speak: a player that a voice plays to, or a satellite with a voice of its own. */
export const speakerShape = /^(?:media_player|assist_satellite)\.[a-z0-9_]+$/

/** Bits of `supported_features`: https://developers.home-assistant.io/docs/core/entity/media-player */
const playMedia = 512
const mediaAnnounce = 1_048_576
/** And of a satellite: https://developers.home-assistant.io/docs/core/entity/assist-satellite */
const satelliteAnnounce = 1

/** Google speakers take a sentence and stay silent when they cannot fetch the sound. */
export const silenceHint =
  'if a Google speaker stays silent, set Settings › System › Network › local network in Home Assistant to http:// and its IP address, since it looks names up elsewhere'

/** It has a voice and a volume of its own. */
export function isSatellite(speaker: string): boolean {
  return speaker.startsWith('assist_satellite.')
}

/** Switched on and plugged in, as far as Home Assistant knows. */
export function isAvailable({ state }: EntityState): boolean {
  return state !== 'unavailable'
}

/** It can be made to say something: its kind and its features say so. */
export function canSpeak({ entity_id, attributes }: EntityState): boolean {
  const features = Number(attributes['supported_features'] ?? 0)
  if (isSatellite(entity_id)) return (features & satelliteAnnounce) !== 0
  return entity_id.startsWith('media_player.') && (features & playMedia) !== 0
}

/** It speaks over what it plays and goes on; its state need not change. Google Cast does not. */
export function canAnnounce({ attributes }: EntityState): boolean {
  return (Number(attributes['supported_features'] ?? 0) & mediaAnnounce) !== 0
}

/** `"Kitchen" (media_player.kitchen)`. */
export function nameOf({ entity_id, attributes }: EntityState): string {
  const name = attributes['friendly_name']
  return typeof name === 'string' ? `${quote(name, 60)} (${entity_id})` : entity_id
}

/** The speakers that are there now. None at all is an error: of the option when it names none that exists. */
export function toPresent(wanted: readonly string[], states: readonly EntityState[]): EntityState[] {
  const known = states.filter(({ entity_id }) => wanted.includes(entity_id))
  if (known.length === 0)
    throw new ConfigError(`notifiers.speech.speakers: Home Assistant has no ${wanted.join(', ')}`)
  const present = known.filter(isAvailable)
  if (present.length === 0)
    throw new UnavailableError(
      `${known.map(({ entity_id }) => entity_id).join(', ')}: unavailable in Home Assistant, switched off or unplugged`,
    )
  return present
}

/** The voice that speaks on media players: the one that was chosen, else the first that is there. */
export function toVoice(chosen: string | undefined, states: readonly EntityState[]): string {
  const voices = states.filter(({ entity_id }) => entity_id.startsWith('tts.'))
  if (chosen !== undefined && !voices.some(({ entity_id }) => entity_id === chosen))
    throw new ConfigError(`notifiers.speech.voice: Home Assistant has no ${chosen}`)
  const voice = voices
    .filter(isAvailable)
    .find(({ entity_id }) => chosen === undefined || entity_id === chosen)
  if (voice !== undefined) return voice.entity_id
  throw new UnavailableError(
    chosen === undefined
      ? 'Home Assistant has no voice: add a text-to-speech integration there'
      : `${chosen} is unavailable in Home Assistant`,
  )
}
