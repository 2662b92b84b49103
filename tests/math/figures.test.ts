import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figures } from '../../src/math/figures.ts'

test('the figures of a sample are those computed by hand', () => {
  // Mean 5, squares 9+1+1+1+0+0+4+16 = 32, 32/7; median 4.5; distances 2.5 .5 .5 .5 .5 .5 2.5 4.5, so 0.5.
  const { count, mean, deviation, median, mad } = figures([2, 4, 4, 4, 5, 5, 7, 9])
  assert.deepEqual({ count, mean, median, mad }, { count: 8, mean: 5, median: 4.5, mad: 0.5 })
  assert.ok(Math.abs(deviation - Math.sqrt(32 / 7)) < 1e-12)
})

test('one value deviates by nothing, and no value gives zeros', () => {
  assert.deepEqual(figures([7]), { count: 1, mean: 7, deviation: 0, median: 7, mad: 0 })
  assert.deepEqual(figures([]), { count: 0, mean: 0, deviation: 0, median: 0, mad: 0 })
})

test('the sample given is left as it was', () => {
  const values = [3, 1, 2]
  figures(values)
  assert.deepEqual(values, [3, 1, 2])
})
