import * as z from 'zod'
import { choice, count, essential, flag, timeOfDay } from '../core/options.ts'

export const houseOptions = z.object({
  learningDays: count(
    'Learning time',
    'Days in which only what is certain is told at once; the rest waits for the recap.',
    {
      max: 60,
    },
  ).default(7),
  learning: choice('Learning', 'Whether the house is still learning: by its age, or as you say.', [
    'auto',
    'on',
    'off',
  ]).default('auto'),
  sensitivity: choice('Sensitivity', 'How sure a detector must be before its rule holds: 0.9, 0.8 or 0.7.', [
    'relaxed',
    'balanced',
    'strict',
  ]).default('balanced'),
  closeAfterHours: count('Close alerts', 'Hours without anything new after which an alert is closed.', {
    min: 1,
    max: 720,
  }).default(12),
  speakModelRaises: flag(
    'Speak what the model raises',
    'Whether an alert that only the language model holds to be high is spoken too, three times a day at most.',
  ).default(true),
})

export const recapOptions = z.object({
  time: essential(
    timeOfDay('Daily recap', 'The local time of day at which the recap is made.').default('08:00'),
  ),
})
