import { expect, it } from 'vitest'
import type { HistoryPoint, Mark } from '../api/history'
import type { Weights } from '../api/traffic'
import { lastOf, stripsOf, weightChanges, withoutChance } from './strips'

const seventy: Weights = { ctx1: 70, ctx2: 30 }
const point = (time: number, ctx1: number, ctx2: number, weights: Weights | null = seventy, errors = 0): HistoryPoint => ({
  time, total: ctx1 + ctx2 + errors, drawn: { ctx1, ctx2 }, errors, p50Ms: 2, p95Ms: 4, weights,
})

it('shows the share of the last 100 draws, and where chance puts so many', () => {
  const points = [point(0, 0, 50), point(1, 40, 10), point(2, 40, 10)]
  const { share, low, high, configured } = stripsOf(points, [], 1, 0, 2)
  expect(share).toEqual([0, 40, 80])
  expect([low[2], high[2]]).toEqual([61, 79])
  expect([low[0], high[0]]).toEqual([56, 82])
  expect(configured).toEqual([70, 70, 70])
})

it('leaves out what chance allows where nobody draws by weight, and nothing else', () => {
  const strips = stripsOf([point(0, 40, 10), point(1, 40, 10)], [], 1, 0, 1)
  expect(withoutChance(strips)).toEqual({ ...strips, low: [null, null], high: [null, null] })
})

it('begins anew when the weights change, so that nothing old is held against the new ones', () => {
  const ten: Weights = { ctx1: 10, ctx2: 90 }
  const { share, low, high } = stripsOf([point(0, 70, 30), point(1, 1, 9, ten)], [], 1, 0, 1)
  expect(share).toEqual([70, 10])
  expect([low[1], high[1]]).toEqual([0, 30])
})

it('breaks its lines where no request came for long, and not for a short pause', () => {
  const { times, share, p95Ms } = stripsOf([point(0, 7, 3), point(3, 7, 3), point(40, 7, 3)], [], 1, 0, 41)
  const at = (second: number) => times.indexOf(second)
  expect([share[at(2)], share[at(13)], share[at(14)], share[at(39)], share[at(41)]]).toEqual([70, 70, null, null, 70])
  expect([p95Ms[at(2)], p95Ms[at(20)], p95Ms[at(40)]]).toEqual([undefined, null, 4])
})

it('knows weights that changed while no request came', () => {
  const mark = { time: new Date(5_000).toISOString(), detail: { ctx1: 20, ctx2: 80 } } as unknown as Mark
  const other = { time: new Date(6_000).toISOString(), detail: { down: true } } as unknown as Mark
  const { configured } = stripsOf([point(0, 7, 3)], weightChanges([mark, other]), 1, 0, 7)
  expect(configured).toEqual([70, 70, 70, 70, 70, 20, 20, 20])
})

it('shows errors in percent, and draws nothing where there is nothing', () => {
  const { errors, share } = stripsOf([point(0, 0, 0, seventy, 4), point(1, 3, 0, seventy, 1)], [], 1, 0, 2)
  expect(errors).toEqual([100, 25, null])
  expect(share).toEqual([null, 100, 100])
  const empty = stripsOf([], [], 1, 0, 3)
  expect([empty.times.length, lastOf(empty.share), lastOf(empty.configured)]).toEqual([4, null, null])
})

it('draws the share without a band where no weights are in force', () => {
  const { share, low, configured } = stripsOf([point(0, 5, 5, null)], [], 1, 0, 0)
  expect([share, low, configured]).toEqual([[50], [null], [null]])
})
