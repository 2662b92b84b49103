/** An entity of the double. */
export interface DoubleEntity {
  readonly entity_id: string
  readonly state: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A kitchen that can be raised and played to, a bedroom that is unplugged, a satellite, a voice. */
export const household: readonly DoubleEntity[] = [
  {
    entity_id: 'media_player.kitchen',
    state: 'idle',
    attributes: { friendly_name: 'Kitchen', volume_level: 0.2, supported_features: 516 },
  },
  {
    entity_id: 'media_player.living_room',
    state: 'off',
    attributes: { friendly_name: 'Living room', supported_features: 1_049_092 },
  },
  { entity_id: 'media_player.bedroom', state: 'unavailable', attributes: { supported_features: 516 } },
  {
    entity_id: 'assist_satellite.hall',
    state: 'idle',
    attributes: { friendly_name: 'Hall', supported_features: 1 },
  },
  { entity_id: 'tts.piper', state: 'unknown', attributes: { friendly_name: 'Piper' } },
  { entity_id: 'light.desk', state: 'on', attributes: {} },
]
