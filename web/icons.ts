import { svg, type SVGTemplateResult } from 'lit'

/** Line icons on a 24-unit grid, drawn for this page. They are always beside words: screen readers skip them. */
const paths = {
  hearth: svg`<path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z"/><path d="M12 10.5c.6 1.7 2.5 2.6 2.5 4.6a2.5 2.5 0 0 1-5 0c0-1.1.6-1.8 1.2-2.3.4.5 1.3-.6 1.3-2.3z" fill="currentColor" stroke="none"/>`,
  home: svg`<path d="M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z"/>`,
  alerts: svg`<path d="M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4"/>`,
  devices: svg`<rect x="3" y="5" width="13" height="10" rx="1.5"/><path d="M7 19h5M9.5 15v4"/><rect x="17" y="9" width="5" height="11" rx="1.2"/>`,
  events: svg`<path d="M9 6h11M9 12h11M9 18h11M4.5 6v.1M4.5 12v.1M4.5 18v.1"/>`,
  health: svg`<path d="M3 12h4l2.5-6 4 12 2.5-6h5"/>`,
  recap: svg`<path d="M4 18h16M7 18a5 5 0 0 1 10 0M12 5v4M4.5 10.5 7 12.5M19.5 10.5 17 12.5"/>`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
  none: svg`<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.7 2.7L16 9.5"/>`,
  low: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 8v.1"/>`,
  medium: svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1"/>`,
  high: svg`<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5V13M12 16.3v.1"/>`,
  off: svg`<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>`,
  starting: svg`<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  edit: svg`<path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4"/>`,
  back: svg`<path d="m14 6-6 6 6 6"/>`,
  next: svg`<path d="m10 6 6 6-6 6"/>`,
  lost: svg`<path d="M3 3l18 18M5 12.5a10 10 0 0 1 4-2.3M19 12.5a10 10 0 0 0-3-2M8.5 16a5 5 0 0 1 6.5 0M12 19.5v.1"/>`,
}

export type IconName = keyof typeof paths

/** An icon in the size and colour of the text around it. */
export function icon(name: IconName): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 24 24" width="1.25em" height="1.25em" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths[name]}</svg>`
}
