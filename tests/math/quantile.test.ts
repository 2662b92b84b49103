import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantile, sorted } from '../../src/math/quantile.ts'

test('a quantile lies between its neighbours', () => {
  const sample = sorted([40, 10, 30, 20])
  assert.equal(quantile(sample, 0), 10)
  assert.equal(quantile(sample, 1), 40)
  assert.equal(quantile(sample, 0.25), 17.5)
  assert.equal(quantile([], 0.5), 0)
})
