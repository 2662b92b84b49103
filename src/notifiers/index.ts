import type { Notifier } from '../core/notifier.ts'
import discord from './discord.ts'

/** The registry: one import and one line for each plugin. */
export const notifiers: readonly Notifier[] = [discord]
