import { bare } from './text.ts'

/** What people have told Home Assistant of a piece of hardware. */
export interface HomeDevice {
  /** Lower case, colons. */
  readonly mac: string
  readonly name?: string
  /** The room that it stands in. */
  readonly area?: string
  /** The person whose whereabouts it tells: an entity's id. */
  readonly owner?: string
}

/** Somebody who lives here, and whether they are at home now. */
export interface Person {
  /** `person.anna`. */
  readonly id: string
  readonly name: string
  readonly isHome: boolean
}

/** What Home Assistant knew when something happened. All of it is words of people, not of the device. */
export interface Surroundings {
  readonly area?: string
  readonly owner?: Omit<Person, 'id'>
  /** Whether anybody was at home; absent where the whereabouts of nobody are known. */
  readonly isAnybodyHome?: boolean
}

/** One sentence without a full stop; undefined where nothing is known: `Anna’s device in the study, while Anna was away and nobody was at home`. */
export function toCircumstances({ area, owner, isAnybodyHome }: Surroundings): string | undefined {
  const name = owner && bare(owner.name, 40)
  const where = area === undefined ? '' : `, ${bare(area, 40)}`
  const subject = name === undefined ? `A device${where}` : `${name}’s device${where}`
  const times = [
    ...(owner === undefined ? [] : [`${name} was ${owner.isHome ? 'at home' : 'away'}`]),
    ...(isAnybodyHome === false ? ['nobody was at home'] : []),
  ]
  if (area === undefined && times.length === 0) return undefined
  return times.length === 0 ? subject : `${subject}, while ${times.join(' and ')}`
}
