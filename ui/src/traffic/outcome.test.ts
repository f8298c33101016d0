import { expect, it } from 'vitest'
import { outcomeOf } from './outcome'

it('has failed without an answer, is refused by a 4xx, and is well with all else', () => {
  expect(outcomeOf({ cluster: 'ctx1', status: 200 })).toBe('ok')
  expect(outcomeOf({ cluster: 'ctx1', status: 304 })).toBe('ok')
  expect(outcomeOf({ cluster: 'ctx1', status: 401 })).toBe('refused')
  expect(outcomeOf({ cluster: 'ctx2', status: 500 })).toBe('failed')
  expect(outcomeOf({ cluster: null, status: 404 })).toBe('failed')
})
