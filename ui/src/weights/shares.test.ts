import { expect, it } from 'vitest'
import { noCounts } from '../traffic/recentWindow'
import { compareShares } from './shares'

const weights = { ctx1: 70, ctx2: 30 }

it('compares nothing before the first request', () => {
  expect(compareShares(noCounts, weights).ctx1).toEqual({ configured: 0.7, observed: null, range: null, isExpected: true })
})

it('takes a window within the range as expected, and one beyond it not', () => {
  const share = (ctx1: number) => compareShares({ ...noCounts, total: 100, clusters: { ctx1, ctx2: 100 - ctx1 } }, weights)
  expect(share(61).ctx1).toEqual({ configured: 0.7, observed: 0.61, range: { low: 0.61, high: 0.79 }, isExpected: true })
  expect(share(60).ctx1.isExpected).toBe(false)
  expect(share(60).ctx2.isExpected).toBe(false)
})

it('counts requests without an answer against the cluster that should have answered', () => {
  const { ctx1, ctx2 } = compareShares({ ...noCounts, total: 100, unanswered: 30, clusters: { ctx1: 70 } }, weights)
  expect(ctx1.isExpected).toBe(true)
  expect(ctx2).toMatchObject({ observed: 0, isExpected: false })
})
