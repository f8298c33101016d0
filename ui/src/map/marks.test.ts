import { expect, it } from 'vitest'
import type { Journey } from './journey'
import { layOut, wayIn, wayTo } from './layout'
import { markCapacity, Marks } from './marks'

const layout = layOut(1200, 520)
const way = wayTo('user-service', 'ctx1', 0)
const journey: Journey = {
  legs: [
    { way: wayIn, from: 'start', to: 'end', ms: 100 },
    { way: wayIn, from: 'end', to: 'end', ms: 50 },
    { way, from: 'start', to: 'end', ms: 200 },
  ],
  ending: 'arrive', outcome: 'ok', isCopy: false, after: 0,
}

function laidOut(): Marks {
  const marks = new Marks(0)
  marks.layOut(layout.ways)
  return marks
}

function seen(marks: Marks, now: number) {
  const drawn: { x: number; y: number; phase: number | null; isWaiting: boolean }[] = []
  marks.each(now, (x, y, _, __, phase, isWaiting) => drawn.push({ x, y, phase, isWaiting }))
  return drawn
}

it('moves a mark along its legs, lets it wait, and forgets it when it has ended', () => {
  const marks = laidOut()
  expect(marks.start(journey, 1_000)).toBe(true)
  const { callers, gateway, nodes } = layout
  const middle = gateway.y + gateway.height / 2
  expect(seen(marks, 1_000)).toEqual([{ x: callers.x + callers.width, y: middle, phase: null, isWaiting: false }])
  expect(seen(marks, 1_050)[0]?.x).toBeCloseTo((callers.x + callers.width + gateway.x) / 2, 1)
  expect(seen(marks, 1_120)[0]).toMatchObject({ isWaiting: true })
  expect(seen(marks, 1_349.99)[0]?.x).toBeCloseTo(nodes[0]?.pods[0]?.x ?? NaN, 0)
  expect(seen(marks, 1_400)[0]?.phase).toBeGreaterThan(0)
  expect(marks.active).toBe(1)
  expect(seen(marks, 2_500)).toEqual([])
  expect(marks.active).toBe(0)
})

it('shows a copy not before its time', () => {
  const marks = laidOut()
  marks.start({ ...journey, after: 500 }, 0)
  expect(seen(marks, 400)).toEqual([])
  expect(seen(marks, 510)).toHaveLength(1)
})

it('has so many marks at once and no more, and takes new ones when others have ended', () => {
  const marks = laidOut()
  for (let i = 0; i < markCapacity; i++) expect(marks.start(journey, i)).toBe(true)
  expect(marks.start(journey, 300)).toBe(false)
  expect(seen(marks, 300)).toHaveLength(markCapacity)
  seen(marks, 600)
  expect(marks.active).toBeLessThan(markCapacity)
  expect(marks.start(journey, 600)).toBe(true)
})

it('keeps moving where the map is laid out anew', () => {
  const marks = laidOut()
  marks.start(journey, 0)
  const tall = layOut(400, 860)
  marks.layOut(tall.ways)
  expect(seen(marks, 349.99)[0]?.x).toBeCloseTo(tall.nodes[0]?.pods[0]?.x ?? NaN, 0)
})
