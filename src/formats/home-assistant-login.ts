import { normalAddress } from '../core/address.ts'

/**
 * The address that a login came from which Home Assistant refused (homeassistant/components/http/ban.py): `Login attempt
 * or request with invalid authentication from camera.lan (192.168.1.5). See the log for details.` The name before it is
 * the one that the address's owner gave it, so that the last address counts.
 */
export function failedLoginOf(message: string): string | undefined {
  if (!message.startsWith('Login attempt or request with invalid authentication from ')) return undefined
  const end = message.lastIndexOf('). ')
  const start = end < 0 ? -1 : message.lastIndexOf('(', end)
  return start < 0 ? undefined : normalAddress(message.slice(start + 1, end))
}
