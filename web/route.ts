/** Where the page is: in the hash, so that it works below any path. */
export interface Route {
  readonly page: PageName
  readonly id?: string
}

export const pages = ['home', 'alerts', 'devices', 'events', 'health', 'recap', 'settings'] as const
export type PageName = (typeof pages)[number]

export const pageTitles: Record<PageName, string> = {
  home: 'Home',
  alerts: 'Alerts',
  devices: 'Devices',
  events: 'Events',
  health: 'Health',
  recap: 'Recap',
  settings: 'Settings',
}

/** `#/alerts/a12`; anything unknown is home. */
export function routeOf(hash: string): Route {
  const [name, id] = hash.replace(/^#\/?/, '').split('/', 2)
  const page = pages.find((one) => one === name) ?? 'home'
  return id ? { page, id: decoded(id) } : { page }
}

/** The other way round. */
export function hashOf(page: PageName, id?: string): string {
  return id === undefined ? `#/${page}` : `#/${page}/${encodeURIComponent(id)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
