import { expect, it } from 'vitest'
import { position, ticks, timeAxis } from './timeAxis'

it('is even where something always goes on', () => {
  const axis = timeAxis([{ start: 0, end: 10 }, { start: 2, end: 4 }, { start: 10, end: 20 }])
  expect(axis).toEqual([{ from: 0, to: 20, left: 0, right: 100, isPause: false }])
  expect(position(axis, 5)).toBe(25)
})

it('draws a pause short that is longer than all else together', () => {
  const axis = timeAxis([{ start: 0, end: 10 }, { start: 510, end: 520 }])
  expect(axis.map(({ from, to, isPause }) => [from, to, isPause])).toEqual([[0, 10, false], [10, 510, true], [510, 520, false]])
  expect(position(axis, 10)).toBeCloseTo(47)
  expect(position(axis, 510)).toBeCloseTo(53)
  expect(position(axis, 520)).toBeCloseTo(100)
  expect(position(axis, 260)).toBeCloseTo(50)
})

it('leaves a short pause as it is', () => {
  expect(timeAxis([{ start: 0, end: 10 }, { start: 15, end: 25 }])).toHaveLength(1)
})

it('has round marks, and one at the beginning of what follows a pause', () => {
  expect(ticks(timeAxis([{ start: 0, end: 10 }]))).toEqual([0, 2, 4, 6, 8])
  expect(ticks(timeAxis([{ start: 0, end: 10 }, { start: 512, end: 522 }]))).toEqual([0, 5, 512, 520])
})

it('has a place for a single moment, and none for nothing', () => {
  const axis = timeAxis([{ start: 0, end: 0 }])
  expect(position(axis, 0)).toBe(0)
  expect(ticks(axis)).toEqual([0])
  expect(timeAxis([])).toEqual([])
  expect(position([], 3)).toBe(0)
})
