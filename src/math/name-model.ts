/**
 * How ordinary names are spelt: what each letter costs after the two before it, in whole bits (the cost of a letter
 * of probability p is −log₂ p). Counts of three letters are smoothed by those of two, these by those of one
 * (interpolation with a Dirichlet prior: MacKay and Peto, 1995).
 */
export type NameModel = string

/** Letters a to z, one class for all digits, one for the hyphen and the rest; 0 stands before and after a name. */
const classes = 29
const prior = 16

/** The model of these labels: one character per three letters, `a` for 0 bits, `b` for 1 and so on. */
export function nameModel(labels: Iterable<string>): NameModel {
  const one = new Float64Array(classes)
  const two = new Float64Array(classes ** 2)
  const three = new Float64Array(classes ** 3)
  for (const label of labels) {
    for (const [first, second, third] of triples(label, 'end')) {
      add(one, third)
      add(two, second * classes + third)
      add(three, (first * classes + second) * classes + third)
    }
  }
  const flat = new Float64Array(classes).fill(1 / classes)
  const afterNone = smooth(one, flat)
  const afterOne = smooth(two, afterNone)
  const afterTwo = smooth(three, afterOne)
  return [...afterTwo].map((p) => String.fromCharCode(97 + Math.round(-Math.log2(p)))).join('')
}

/** What a label costs by the model, in bits. */
export function cost(label: string, model: NameModel): number {
  let bits = 0
  for (const [first, second, third] of triples(label, 'open')) {
    bits += model.charCodeAt((first * classes + second) * classes + third) - 97
  }
  return bits
}

/** Probabilities by row of `classes`; the rows of `below`, one letter shorter, are the prior, over and over. */
function smooth(counts: Float64Array, below: Float64Array): Float64Array {
  const result = new Float64Array(counts.length)
  for (let row = 0; row < counts.length; row += classes) {
    const total = counts.subarray(row, row + classes).reduce((sum, count) => sum + count, 0)
    for (let at = row; at < row + classes; at += 1) {
      result[at] = ((counts[at] ?? 0) + prior * (below[at % below.length] ?? 0)) / (total + prior)
    }
  }
  return result
}

function* triples(label: string, tail: 'end' | 'open'): Iterable<readonly [number, number, number]> {
  let first = 0
  let second = 0
  for (const letter of label) {
    const third = classOf(letter)
    yield [first, second, third]
    first = second
    second = third
  }
  if (tail === 'end') yield [first, second, 0]
}

function classOf(letter: string): number {
  if (letter >= 'a' && letter <= 'z') return letter.charCodeAt(0) - 96
  return letter >= '0' && letter <= '9' ? 27 : 28
}

function add(counts: Float64Array, place: number): void {
  counts[place] = (counts[place] ?? 0) + 1
}
