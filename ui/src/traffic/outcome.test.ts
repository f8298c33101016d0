import { expect, it } from 'vitest'
import { outcomeOf } from './outcome'

it('has failed with 5xx, is refused by a 4xx, and is well with all else, whoever answered', () => {
  expect(outcomeOf({ status: 200 })).toBe('ok')
  expect(outcomeOf({ status: 304 })).toBe('ok')
  expect(outcomeOf({ status: 401 })).toBe('refused')
  expect(outcomeOf({ status: 500 })).toBe('failed')
})
