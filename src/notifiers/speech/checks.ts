import type { EntityState, Home } from '../../core/home.ts'
import type { Check } from '../../core/plugin.ts'
import { canAnnounce, canSpeak, isAvailable, isSatellite, nameOf, silenceHint } from './speakers.ts'

/** The speakers and voices that Home Assistant has; each speaker is a target that can be tested. */
export async function toChecks(home: Home | undefined, chosen: readonly string[]): Promise<Check[]> {
  if (home === undefined)
    return [
      {
        ok: false,
        message: 'Speech needs Home Assistant: set homeassistant.address and homeassistant.token.',
      },
    ]
  const states = await home.states()
  return toFound(
    states.toSorted((a, b) => a.entity_id.localeCompare(b.entity_id)),
    chosen,
  )
}

function toFound(states: readonly EntityState[], chosen: readonly string[]): Check[] {
  const speakers = states.filter((state) => canSpeak(state) || chosen.includes(state.entity_id))
  const voices = states.filter(({ entity_id }) => entity_id.startsWith('tts.')).filter(isAvailable)
  const missing = chosen.filter((id) => !speakers.some(({ entity_id }) => entity_id === id))
  return [
    ...speakers.map((state) => toSpeakerCheck(state, chosen)),
    ...missing.map((id) => ({
      ok: false,
      message: `Home Assistant has no ${id}: choose another in notifiers.speech.speakers.`,
    })),
    ...(speakers.length === 0
      ? [
          {
            ok: false,
            message: 'Home Assistant has no speaker: add one under Settings › Devices & services.',
          },
        ]
      : []),
    ...voices.map((state) => ({ ok: true, message: `Voice ${nameOf(state)} is there.` })),
    ...(voices.length === 0
      ? [
          {
            ok: false,
            message:
              'Home Assistant has no voice: add a text-to-speech integration under Settings › Devices & services.',
          },
        ]
      : []),
    ...(speakers.some((state) => !isSatellite(state.entity_id) && !canAnnounce(state))
      ? [{ ok: true, message: `${silenceHint.charAt(0).toUpperCase()}${silenceHint.slice(1)}.` }]
      : []),
  ]
}

function toSpeakerCheck(state: EntityState, chosen: readonly string[]): Check {
  const isChosen = chosen.includes(state.entity_id)
  const { entity_id: target } = state
  if (!isAvailable(state))
    return {
      ...(isChosen ? { ok: false } : { ok: true, optional: true }),
      message: `Speaker ${nameOf(state)} is unavailable in Home Assistant: switched off or unplugged.`,
      target,
    }
  return { ok: true, message: `Speaker ${nameOf(state)} is there${isChosen ? ' and chosen' : ''}.`, target }
}
