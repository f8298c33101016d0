import { expect, it } from 'vitest'
import { ageOf } from './age'

const now = Date.parse('2026-11-21T09:00:00Z')

it.each([
  ['2026-11-21T08:59:59.4Z', { count: 0, unit: 'second' }],
  ['2026-11-21T08:59:01Z', { count: 59, unit: 'second' }],
  ['2026-11-21T08:59:00Z', { count: 1, unit: 'minute' }],
  ['2026-11-21T08:00:01Z', { count: 59, unit: 'minute' }],
  ['2026-11-21T08:00:00Z', { count: 1, unit: 'hour' }],
  ['2026-11-21T09:00:05Z', { count: 0, unit: 'second' }],
])('tells how long ago %s was', (instant, age) => {
  expect(ageOf(instant, now)).toEqual(age)
})
