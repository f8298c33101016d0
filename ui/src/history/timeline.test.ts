import { expect, it } from 'vitest'
import type { HistoryPoint } from '../api/history'
import { Timeline } from './timeline'

const point = (time: number, change: Partial<HistoryPoint> = {}): HistoryPoint => ({
  time, total: 10, drawn: { ctx1: 7, ctx2: 3 }, errors: 0, p50Ms: 2, p95Ms: 4, weights: { ctx1: 70, ctx2: 30 }, ...change,
})
const times = (timeline: Timeline) => timeline.points.map(({ time }) => time)

it('keeps each second of 5 minutes, and no more', () => {
  const timeline = new Timeline(5)
  for (let second = 0; second < 400; second++) timeline.add(point(1_000 + second))
  expect([times(timeline)[0], timeline.points.length]).toEqual([1_099, 301])
})

it('puts the seconds of a step together', () => {
  const timeline = new Timeline(15)
  timeline.add(point(9))
  timeline.add(point(10, { total: 30, drawn: { ctx1: 30 }, errors: 2, p50Ms: 6, p95Ms: 50, weights: { ctx1: 100, ctx2: 0 } }))
  timeline.add(point(12, { total: 0, drawn: {}, p50Ms: null, p95Ms: null }))
  expect(timeline.points).toEqual([
    { time: 9, total: 40, drawn: { ctx1: 37, ctx2: 3 }, errors: 2, p50Ms: 5, p95Ms: 50, weights: { ctx1: 100, ctx2: 0 } },
    point(12, { total: 0, drawn: {}, p50Ms: null, p95Ms: null }),
  ])
})

it('takes a second that it knows once, and a late one at its place', () => {
  const timeline = new Timeline(5, [point(1), point(3)])
  timeline.add(point(3, { total: 11 }))
  timeline.add(point(2))
  expect(times(timeline)).toEqual([1, 2, 3])
  expect(timeline.points[2]?.total).toBe(11)
})

it('goes to coarser steps and keeps them when it goes back, until the gateway has told', () => {
  const coarse = new Timeline(60, [point(0), point(5), point(11), point(12)])
  expect(coarse.points.map(({ time, total }) => [time, total])).toEqual([[0, 30], [12, 10]])
  expect(times(new Timeline(5, coarse.points))).toEqual([0, 12])
})
