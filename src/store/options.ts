import * as z from 'zod'
import { count } from '../core/options.ts'

export const storeOptions = z.object({
  memory: count(
    'Database memory',
    'Megabytes that the database may use for its work; the program itself needs some 120 more.',
    {
      min: 32,
      max: 4096,
    },
  ).default(64),
  days: count('Keep events', 'Days after which events are dropped; alerts and baselines stay.', {
    min: 1,
    max: 3650,
  }).default(30),
  megabytes: count('Largest database', 'Megabytes above which the oldest events are dropped.', {
    min: 50,
    max: 1_000_000,
  }).default(2000),
})
