import { isIP } from 'node:net'
import type { AlertView } from '../../core/alert.ts'
import { thisMachine } from '../../core/device.ts'
import type { Message } from '../../core/message.ts'

/** I8. */
const longest = 200
const longestName = 40
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2})$/i

/**
 * What is said of a message, or undefined where nothing is: fixed words, a severity, and a name that a person chose
 * (I8). Neither the language model nor anything that a device calls itself is ever heard.
 */
export function toSentence(message: Message): string | undefined {
  switch (message.kind) {
    case 'alert':
      return message.occasion === 'completed' ? undefined : toAlertSentence(message.alert, message.occasion)
    case 'fold':
      return toFoldSentence(message.alerts.length)
    case 'test':
      return 'This is a test. Hearthwarden speaks here when something needs you.'
    case 'recap':
      return undefined
  }
}

function toAlertSentence(alert: AlertView, occasion: 'new' | 'again'): string {
  const severity = `${alert.severity.charAt(0).toUpperCase()}${alert.severity.slice(1)}`
  const what = plain(alert.spoken ?? '') || 'it does something unusual'
  const again = occasion === 'again' ? ' again' : ''
  return `${severity} alert about ${toName(alert)}${again}: ${what}`.slice(0, longest - 1).concat('.')
}

function toFoldSentence(count: number): string {
  return count === 1
    ? '1 more alert waits on the Hearthwarden page.'
    : `${count} more alerts wait on the Hearthwarden page.`
}

function toName({ device, deviceView: { label = '' } }: AlertView): string {
  const words = label.split(/\s+/).filter((word) => isIP(word) === 0 && !address.test(word))
  const name = plain(words.join(' ')).slice(0, longestName)
  if (name !== '') return name
  return device === thisMachine ? 'the machine that Hearthwarden runs on' : 'a device'
}

/** Letters, figures and the signs of plain speech: nothing that a voice takes for markup. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N}',’-]+/gu, ' ')
    .trim()
}
