import { routeOf } from './route.ts'

/**
 * Inside Home Assistant the page stands in a frame, and what follows our name in Home Assistant's own address
 * (`/app/<slug>/alerts/a12`) is told to those in the frame who ask. We go where it says, once for each change of it:
 * a person who went on from there is left alone. It is the panel `ha-panel-app` of its frontend that tells.
 */
export function followHome(): void {
  if (window.parent === window) return
  let followed = ''
  window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || origin !== location.origin) return
    const path = pathOf(data)
    if (path === undefined || path === followed) return
    followed = path
    const hash = `#${path}`
    if (routeOf(hash).page !== 'home') location.hash = hash
  })
  window.parent.postMessage({ type: 'home-assistant/subscribe-properties' }, location.origin)
}

/** `/alerts/a12`; undefined when the message is about something else. */
function pathOf(message: unknown): string | undefined {
  const { type, route } = { type: undefined, route: undefined, ...Object(message) }
  if (type !== 'home-assistant/properties') return undefined
  const { path } = { path: undefined, ...Object(route) }
  return typeof path === 'string' ? path : undefined
}
