import * as z from 'zod'
import { list, number, path, text, url } from '../core/options.ts'

const threatList = z
  .object({
    name: text('Name', 'What the list is called: small letters, digits and hyphens.').regex(
      /^[a-z0-9][a-z0-9-]{0,39}$/,
      'must be small letters, digits and hyphens, such as urlhaus',
    ),
    file: path('File', 'Where the list lies on this machine; read again when it changes.').optional(),
    url: url('Address', 'Where the list is fetched from.').optional(),
  })
  .refine(
    ({ file, url }) => (file === undefined) !== (url === undefined),
    'needs a file or an address, not both',
  )

/** Threat lists that a person chose: without them there are none. */
export const intelOptions = z.object({
  lists: list(
    'Threat lists',
    'Lists of bad names, addresses and networks, each with a name and a file or an address: [{"name": "urlhaus", "url": "https://urlhaus.abuse.ch/downloads/hostfile/"}]. Hosts files, plain lines, CIDR, CSV, URLs and adblock are recognised.',
    threatList,
  )
    .refine(
      (lists) => new Set(lists.map(({ name }) => name)).size === lists.length,
      'must have different names',
    )
    .default([]),
  hours: number('Refresh after', 'Hours after which a list with an address is fetched again.', {
    min: 0.25,
    max: 720,
  }).default(24),
})

export type IntelOptions = z.output<typeof intelOptions>
export type ThreatList = IntelOptions['lists'][number]
