import type { Notifier } from '../core/notifier.ts'
import discord from './discord.ts'
import homeAssistant from './home-assistant.ts'
import speech from './speech.ts'

/** The registry: one import and one line for each plugin. */
export const notifiers: readonly Notifier[] = [speech, homeAssistant, discord]
