import { accessSync, constants } from 'node:fs'

/** Where a program is that a test starts for real, or false: then the test is skipped, with the reason. */
export function find(program: string): string | false {
  const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/lib/systemd']
  for (const place of places) {
    try {
      accessSync(`${place}/${program}`, constants.X_OK)
      return `${place}/${program}`
    } catch {
      continue
    }
  }
  if (process.env['TEST_ALL_PARTNERS'] === '1') throw new Error(`${program} must be installed for this test`)
  return false
}

/** For a test's `skip`: false when the program is there, else what to install. */
export function without(program: string, debian = program): string | false {
  return find(program) === false && `needs ${program} (Debian package ${debian})`
}
