import type { Setting } from './wire.ts'

/** How the settings are laid out: by what a person wants of them. Pure. */

/** Settings that belong together. */
export interface Section {
  readonly title: string
  /** One sentence. */
  readonly intro: string
  /** The first parts of its options' paths. */
  readonly kinds: readonly string[]
}

export const sections: readonly Section[] = [
  {
    title: 'Where things are',
    intro: 'The sources that Hearthwarden looks at. What it finds by itself needs nothing here.',
    kinds: ['collectors'],
  },
  {
    title: 'What is told, and how',
    intro: 'The channels that tell you, the daily recap, and how soon something is worth a word.',
    kinds: ['notifiers', 'house', 'recap'],
  },
  {
    title: 'The model',
    intro: 'The language model that gives reasons in plain words. Without one the rules grade alone.',
    kinds: ['triage'],
  },
  {
    title: 'Home Assistant',
    intro: 'How Home Assistant is reached, and what it shows of this house.',
    kinds: ['homeassistant', 'bridges'],
  },
  {
    title: 'What is looked for',
    intro: 'The detectors and the threat lists. They work as they are; change one that is wrong too often.',
    kinds: ['detectors', 'intel'],
  },
  {
    title: 'Keeping and serving',
    intro: 'What is kept for how long, and how this page is reached.',
    kinds: ['store', 'api', 'log'],
  },
]

/** The options of one part or plugin. */
export interface Group {
  /** `notifiers.discord` */
  readonly path: string
  readonly title: string
  readonly settings: readonly Setting[]
}

/**
 * The settings by section and group, without empty ones; first what one needs to get going. What belongs to no section
 * stands in the last.
 */
export function laidOut(
  settings: readonly Setting[],
): readonly (Section & { readonly groups: readonly Group[] })[] {
  const groups = [...Map.groupBy(settings, groupPath)].map(([path, own]) => ({
    path,
    title: own[0]?.group ?? path,
    settings: own.toSorted((a, b) => place(a) - place(b)),
  }))
  return sections
    .map((section) => ({
      ...section,
      groups: groups
        .filter(({ path }) => sectionOf(path) === section)
        .toSorted((a, b) => needed(b) - needed(a)),
    }))
    .filter((section) => section.groups.length > 0)
}

/** What a group is set to, in a few words. */
export function gist({ settings }: Pick<Group, 'settings'>): string {
  const isOff = settings.some(({ path, value }) => path.endsWith('.enabled') && value === false)
  const set = settings.filter(({ from }) => from !== 'default').length
  return isOff ? 'switched off' : set === 0 ? '' : `${set} set`
}

/** Settings with each of these words somewhere in their names or sentences. */
export function withWords(settings: readonly Setting[], wanted: string): readonly Setting[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  return settings.filter(({ path, group, title, description }) => {
    const said = [path, group, title, description, sectionOf(path)?.title].join('\n').toLowerCase()
    return words.every((word) => said.includes(word))
  })
}

/** Why a setting cannot be changed here, or since when it is not as it came. */
export function origin({ from, variable }: Pick<Setting, 'from' | 'variable'>): string {
  switch (from) {
    case 'environment':
      return `Locked: ${variable} in the environment sets it, so it is changed there.`
    case 'file':
      return 'Locked: the options file sets it, so it is changed there (in Home Assistant on the app’s page, under Configuration).'
    case 'saved':
      return 'Saved here.'
    case 'default':
      return ''
  }
}

function groupPath({ path }: Setting): string {
  return path.split('.').slice(0, -1).join('.')
}

function sectionOf(path: string): Section | undefined {
  const kind = path.split('.', 1)[0] ?? path
  return sections.find(({ kinds }) => kinds.includes(kind)) ?? sections.at(-1)
}

/** Whether it is used at all comes before how, and what one needs before the rest. */
function place({ path, essential }: Setting): number {
  return path.endsWith('.enabled') ? 0 : essential ? 1 : 2
}

function needed({ settings }: Group): number {
  return settings.some(({ essential }) => essential) ? 1 : 0
}
