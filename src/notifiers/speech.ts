import * as z from 'zod'
import { ConfigError, messageOf, UnavailableError } from '../core/errors.ts'
import type { Message } from '../core/message.ts'
import type { Notifier, Receipt, TellContext } from '../core/notifier.ts'
import { count, essential, list, text, timeOfDay } from '../core/options.ts'
import { quote } from '../core/text.ts'
import { toChecks } from './speech/checks.ts'
import { toSentence } from './speech/sentence.ts'
import { isSatellite, speakerShape, toPresent, toVoice } from './speech/speakers.ts'
import { speak, toWords } from './speech/speak.ts'
import { putBack, toChange, toChanges, toRemembered } from './speech/volume.ts'

const speaker = z.string().regex(speakerShape, 'must be an entity such as media_player.kitchen')

const options = z.object({
  speakers: essential(
    list(
      'Speakers',
      'Where high alerts are spoken: media players and assist satellites of Home Assistant, such as media_player.kitchen.',
      speaker,
    ).default([]),
  ),
  voice: text(
    'Voice',
    'The text-to-speech entity that speaks, such as tts.piper; empty: the first one found.',
  )
    .regex(/^(?:tts\.[a-z0-9_]+)?$/, 'must be an entity such as tts.piper')
    .default(''),
  language: text(
    'Language',
    'The voice’s language, such as en; empty: the voice’s own. The sentences are English.',
  )
    .regex(/^[A-Za-z0-9_-]{0,20}$/, 'must be a language such as en or en-GB')
    .default(''),
  volume: count(
    'Volume',
    'How loud alerts are spoken, in percent; put back afterwards. 0 leaves the speaker as it is.',
    { max: 100 },
  ).default(60),
  quietFrom: timeOfDay(
    'Quiet from',
    'From this local time on nothing is spoken; set both times or none.',
  ).optional(),
  quietUntil: timeOfDay('Quiet until', 'From this local time on alerts are spoken again.').optional(),
})
type Options = z.infer<typeof options>

export default {
  name: 'speech',
  title: 'Spoken alerts',
  medium: 'speech',
  options,
  isSetUp: ({ speakers }, home) => speakers.length > 0 && home !== undefined,
  check: async ({ home, options }) => toChecks(home, options.speakers),
  async tell(message, context) {
    const sentence = toSentence(message)
    if (sentence === undefined) return { kept: 'not for speaking' }
    if (message.kind !== 'test' && isQuiet(context.options, context.now())) return { kept: 'quiet hours' }
    return say(sentence, message, context)
  },
  async recover({ home, remembered, remember }) {
    if (home === undefined) return
    const left = new Map(toChanges(remembered))
    for (const state of await home.states()) {
      const change = left.get(state.entity_id)
      if (change && (await putBack(home, state, change))) left.delete(state.entity_id)
    }
    await remember(toRemembered(left))
  },
} satisfies Notifier<Options>

/** Says it on all speakers at once. What is to be put back is saved before anything is changed. */
async function say(sentence: string, message: Message, context: TellContext<Options>): Promise<Receipt> {
  const { home, options, stop } = context
  if (home === undefined)
    throw new ConfigError('speech needs Home Assistant: set homeassistant.address and homeassistant.token')
  if (!(await home.isRunning())) throw new UnavailableError('Home Assistant is still starting')
  const states = await home.states()
  if (message.kind === 'test' && message.target !== undefined && !speakerShape.test(message.target))
    throw new Error(`${quote(message.target)} is not a speaker`)
  const wanted = message.kind === 'test' && message.target !== undefined ? [message.target] : options.speakers
  const present = toPresent(wanted, states)
  const isVoiceNeeded = !present.every(({ entity_id }) => isSatellite(entity_id))
  const voice = isVoiceNeeded ? toVoice(options.voice || undefined, states) : undefined
  const left = new Map(toChanges(context.remembered))
  const speeches = present.map((one) => {
    const change = toChange(one, options.volume / 100, left.get(one.entity_id))
    return { home, speaker: one, sentence, voice, language: options.language || undefined, change, stop }
  })
  for (const { speaker: one, change } of speeches) if (change) left.set(one.entity_id, change)
  const wasChanged = left.size > 0
  if (wasChanged) await context.remember(toRemembered(left))
  const outcomes = await Promise.all(speeches.map(speak))
  for (const { speaker: one, isBack } of outcomes) if (isBack) left.delete(one)
  if (wasChanged) await context.remember(toRemembered(left))

  const failed = outcomes.filter(({ error }) => error !== undefined)
  const reasons = failed.map((outcome) => `${outcome.speaker}: ${messageOf(outcome.error)}`).join('; ')
  if (!outcomes.some(({ isSaid }) => isSaid)) {
    const isAway = failed.some(({ error }) => error instanceof UnavailableError)
    throw isAway ? new UnavailableError(reasons) : new Error(reasons)
  }
  if (message.kind === 'test' && failed.length > 0) throw new Error(reasons)
  const missing = wanted.filter((id) => !present.some(({ entity_id }) => entity_id === id))
  if (missing.length > 0)
    context.log.warning('not spoken everywhere: unavailable in Home Assistant', { missing })
  return Object.fromEntries([
    ...outcomes.map((outcome) => [outcome.speaker, toWords(outcome)]),
    ...missing.map((id) => [id, 'not spoken: unavailable']),
  ])
}

/** Whether the local clock stands inside the quiet hours, which may span midnight. */
export function isQuiet(
  { quietFrom, quietUntil }: Pick<Options, 'quietFrom' | 'quietUntil'>,
  now: Date,
): boolean {
  if (quietFrom === undefined || quietUntil === undefined) return false
  const clock = `${now.getHours()}`.padStart(2, '0').concat(':', `${now.getMinutes()}`.padStart(2, '0'))
  if (quietFrom <= quietUntil) return quietFrom <= clock && clock < quietUntil
  return quietFrom <= clock || clock < quietUntil
}
