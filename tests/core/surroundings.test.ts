import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCircumstances } from '../../src/core/surroundings.ts'

test('says what is known, and nothing where nothing is', () => {
  const anna = (isHome: boolean) => ({ name: 'Anna', isHome })
  const cases = [
    [{}, undefined],
    [{ isAnybodyHome: true }, undefined],
    [{ isAnybodyHome: false }, 'A device, while nobody was at home'],
    [{ area: 'Study', isAnybodyHome: true }, 'A device, Study'],
    [{ owner: anna(true), isAnybodyHome: true }, 'Anna’s device, while Anna was at home'],
    [
      { area: 'Study', owner: anna(false), isAnybodyHome: false },
      'Anna’s device, Study, while Anna was away and nobody was at home',
    ],
    [{ owner: { name: '<b>{{ x }}\u202E', isHome: true } }, 'b x’s device, while b x was at home'],
  ] as const
  for (const [surroundings, words] of cases) assert.equal(toCircumstances(surroundings), words)
})
