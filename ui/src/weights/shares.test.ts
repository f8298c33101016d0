import { expect, it } from 'vitest'
import type { TrafficCounts } from '../api/traffic'
import { noCounts } from '../traffic/recentWindow'
import { compareShares, judge, judged } from './shares'

const weights = { ctx1: 70, ctx2: 30 }
const counts = (drawn: Record<string, number>, change: Partial<TrafficCounts> = {}) => ({ ...noCounts, total: 100, drawn, ...change })

it('compares nothing before the first request', () => {
  expect(compareShares(noCounts, weights).ctx1).toEqual({ configured: 0.7, observed: null, range: null, isExpected: true })
  expect(judge(noCounts, weights)).toBe('waiting')
})

it('takes a window within the range as expected, and one beyond it not', () => {
  const share = (ctx1: number) => compareShares(counts({ ctx1, ctx2: 100 - ctx1 }), weights)
  expect(share(61).ctx1).toEqual({ configured: 0.7, observed: 0.61, range: { low: 0.61, high: 0.79 }, isExpected: true })
  expect(share(60).ctx1.isExpected).toBe(false)
  expect(share(60).ctx2.isExpected).toBe(false)
})

it('judges only what was drawn by weight and answered: an abort of 45 in 100 leaves 51 of 55 inside', () => {
  const aborted = counts({ ctx1: 51, ctx2: 4 }, { causes: { abort: 45 }, unanswered: 45 })
  expect(judged(aborted)).toBe(55)
  expect(judge(aborted, { ctx1: 90, ctx2: 10 })).toBe('inside')
})

it('compares nothing where a rule takes every request before the weights can', () => {
  expect(judge(counts({}, { rules: { 'x-canary': 100 }, clusters: { ctx2: 100 } }), weights)).toBe('waiting')
})

it('finds a cluster that answers nothing of its weight outside', () => {
  expect(judge(counts({ ctx1: 70 }, { causes: { noPod: 30 } }), weights)).toBe('outside')
})
