import { createHash } from 'node:crypto'

const style =
  ':root{color-scheme:light dark;font:1.05rem/1.6 system-ui,sans-serif}' +
  'main{max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.5rem}code{font-size:.95em;white-space:nowrap}'

/** What someone sees who has no token: how to get in. */
export const lockedPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hearthwarden</title>
<style>${style}</style>
<main>
<h1>This page needs its link</h1>
<p>Hearthwarden shows what happens in your home only to those who have its key.
The link that carries the key was printed when it started: look for
<code>?token=</code> in its log and open that link once. This browser then remembers it.</p>
<p>In a terminal on that machine, <code>hearthwarden status</code> needs no link.</p>
</main>
</html>
`

/** The policy under which that page may be styled by its own style alone. */
export const lockedPagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'`
