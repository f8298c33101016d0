import { expect, it } from 'vitest'
import { drawBar } from './drawBar'

const host = 'user-service.messageboard.svc.cluster.local'
const weights = [
  { host, subset: 'ctx1', weight: 70 },
  { host, subset: 'ctx2', weight: 30 },
]

it.each([
  [0, 0.5, 'ctx1'],
  [69, 69.5, 'ctx1'],
  [70, 70.5, 'ctx2'],
  [99, 99.5, 'ctx2'],
])('puts draw %i into the part that it chose', (draw, marker, label) => {
  const bar = drawBar(weights, draw)
  expect(bar.marker).toBe(marker)
  expect(bar.segments.filter(({ isDrawn }) => isDrawn).map((segment) => segment.label)).toEqual([label])
})

it('takes shares of the sum, whatever that is; a weight of 0 is never drawn', () => {
  const thirds = [
    { host, subset: null, weight: 0 },
    { host, subset: 'a', weight: 1 },
    { host, subset: 'b', weight: 2 },
  ]
  const { segments, marker, sum } = drawBar(thirds, 0)
  expect(segments).toMatchObject([
    { label: 'user-service', width: 0, isDrawn: false },
    { label: 'a', isDrawn: true },
    { label: 'b', isDrawn: false },
  ])
  expect(segments[1]?.width).toBeCloseTo(100 / 3)
  expect([marker, sum]).toEqual([(0.5 / 3) * 100, 3])
})

it('has no marker without a draw, and equal parts when all weights are 0', () => {
  expect(drawBar(weights, null).marker).toBeNull()
  expect(drawBar([], 3)).toEqual({ segments: [], marker: null, sum: 0 })
  const zeros = weights.map((each) => ({ ...each, weight: 0 }))
  expect(drawBar(zeros, 0)).toMatchObject({ marker: null, segments: [{ width: 50 }, { width: 50 }] })
})
