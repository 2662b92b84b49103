import * as z from 'zod'
import { count, list, text } from '../core/options.ts'

export const apiOptions = z.object({
  host: text(
    'Listen on',
    'The address that the page is served on; 127.0.0.1 is this machine alone, 0.0.0.0 the whole network.',
  ).default('127.0.0.1'),
  port: count('Port', 'The port that the page is served on; 0 takes any free one.', { max: 65_535 }).default(
    8099,
  ),
  hosts: list(
    'Host names',
    'Names, beside localhost and addresses, under which a browser may reach the page.',
    z.string().max(253),
  ).default([]),
})
