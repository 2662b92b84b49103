import type { APIEmbed } from 'discord.js'
import * as z from 'zod'
import type { Message } from '../core/message.ts'
import type { Notifier, Receipt, TellContext } from '../core/notifier.ts'
import { essential, secret } from '../core/options.ts'
import { toAlertEmbed, toFoldEmbed, toMovedEmbed, toRecapEmbeds, toTestEmbed } from './discord/embeds.ts'
import { addressShape, openWebhook, toCheck, type Webhook } from './discord/webhook.ts'

const options = z.object({
  webhook: essential(
    secret('Discord webhook', 'The address that Discord shows under Edit channel, Integrations, Webhooks.')
      .regex(addressShape, 'must be an address such as https://discord.com/api/webhooks/123456/AbCdEf')
      .optional(),
  ),
})
type Options = z.infer<typeof options>

export default {
  name: 'discord',
  title: 'Discord',
  medium: 'text',
  options,
  isSetUp: ({ webhook }) => webhook !== undefined,
  async check({ options, stop }) {
    return options.webhook === undefined ? [] : [await toCheck(options.webhook, stop)]
  },
  async tell(message, context) {
    const webhook = await openWebhook(context.options.webhook ?? '', context.stop)
    try {
      if (message.kind === 'alert' && message.occasion === 'again') {
        // An edit calls nobody: what rose anew is told anew, and the older message points to it.
        for (const id of idsOf(context.earlier)) await webhook.edit(id, toMovedEmbed(message.alert))
        return toReceipt([await webhook.send(toAlertEmbed(message.alert))])
      }
      return await tellAll(message, webhook, context)
    } finally {
      webhook.close()
    }
  },
} satisfies Notifier<Options>

/** One message for each embed: edits those that were sent before, sends what is missing, takes back what is too many. */
async function tellAll(message: Message, webhook: Webhook, context: TellContext<Options>): Promise<Receipt> {
  const embeds = toEmbeds(message)
  const key = message.kind === 'recap' ? `recap/${message.recap.id}` : ''
  // What was sent of a recap before Discord failed in the middle of it is not sent again.
  const begun = context.remembered?.['key'] === key ? context.remembered : undefined
  const known = idsOf(begun ?? context.earlier)
  const ids: string[] = []
  for (const [index, embed] of embeds.entries()) {
    const before = known[index]
    const isThere = before !== undefined && (await webhook.edit(before, embed))
    ids.push(isThere ? before : await webhook.send(embed))
    if (embeds.length > 1) await context.remember({ key, ...toReceipt([...ids, ...known.slice(ids.length)]) })
  }
  for (const id of known.slice(embeds.length)) await webhook.remove(id)
  if (embeds.length > 1) await context.remember(undefined)
  return toReceipt(ids)
}

function toEmbeds(message: Message): APIEmbed[] {
  switch (message.kind) {
    case 'alert':
      return [toAlertEmbed(message.alert)]
    case 'fold':
      return [toFoldEmbed(message.alerts)]
    case 'recap':
      return toRecapEmbeds(message.recap)
    case 'test':
      return [toTestEmbed()]
  }
}

function toReceipt(ids: readonly string[]): Receipt {
  return { messages: ids.join(' ') }
}

function idsOf(receipt: Receipt | undefined): string[] {
  const messages = receipt?.['messages']
  return typeof messages === 'string' ? messages.split(' ') : []
}
