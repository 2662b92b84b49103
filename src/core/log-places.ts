import { statOf } from './files.ts'
import { logAmong } from './log-file.ts'

/** Where Debian, Red Hat and BSD keep what is told of logins; then where those keep it who have one log for all. */
export const loginLogs = [
  ['/var/log/auth.log', '/var/log/secure', '/var/log/authlog', '/share/auth.log'],
  ['/var/log/messages', '/var/log/syslog'],
] as const

/** Where everything else is. */
export const systemLogs = [['/var/log/syslog', '/var/log/messages', '/share/syslog']] as const

/** Milliseconds: a log that nobody has written to for so long is one of the past. */
const stale = 3 * 86_400_000

/** Whether one of these is there and in use. */
export async function isWritten(groups: readonly (readonly string[])[], now: Date): Promise<boolean> {
  const file = await logAmong(groups, undefined)
  return file !== undefined && now.getTime() - (await statOf(file)).mtime.getTime() < stale
}
