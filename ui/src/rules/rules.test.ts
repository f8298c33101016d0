import { expect, it } from 'vitest'
import { ApiError } from '../api/http'
import { en } from '../i18n/en'
import { describeRules } from './describe'
import { errorAt } from './fieldErrors'
import { brokenFields, joinRetryOn, noFault, noResilience, splitRetryOn } from './ruleParts'

it('splits retryOn into words with a box and all others, and joins them again', () => {
  const split = { words: ['5xx', 'reset'], others: ['429', 'retriable-status-codes'] }
  expect(splitRetryOn('5xx, reset,429,retriable-status-codes')).toEqual(split)
  expect(splitRetryOn(null)).toEqual({ words: [], others: [] })
  expect(joinRetryOn(['reset', '5xx'], ['429'])).toBe('5xx,reset,429')
  expect(joinRetryOn([], [])).toBeNull()
})

it.each([
  [{ delay: { seconds: 2, percentage: 50 }, abort: null }, []],
  [{ delay: { seconds: 0, percentage: 101 }, abort: null }, ['delay.seconds', 'delay.percentage']],
  [{ delay: null, abort: { status: 503.5, percentage: 0 } }, ['abort.status']],
  [
    { delay: { seconds: Number.NaN, percentage: 0.5 }, abort: { status: 199, percentage: -1 } },
    ['delay.seconds', 'abort.status', 'abort.percentage'],
  ],
  [noResilience, []],
  [{ timeoutSeconds: 3601, retries: { attempts: 11, perTryTimeoutSeconds: null, retryOn: null } }, ['timeoutSeconds', 'retries.attempts']],
  [{ timeoutSeconds: null, retries: { attempts: 0, perTryTimeoutSeconds: 0, retryOn: null } }, ['retries.perTryTimeoutSeconds']],
])('finds what is missing or outside its limits: %j', (draft, fields) => {
  expect(brokenFields(draft)).toEqual(fields)
})

it('says in a few words what is on, and nothing of what is off', () => {
  const describe = describeRules(en, String)
  expect(describe.canary({ subset: null })).toEqual([])
  expect(describe.canary({ subset: 'ctx2' })).toEqual(['x-canary → ctx2'])
  expect(describe.fault(noFault)).toEqual([])
  const fault = { delay: { seconds: 2, percentage: 50 }, abort: { status: 503, percentage: 0.5 } }
  expect(describe.fault(fault)).toEqual(['delay 2 s for 50 %', 'abort 503 for 0.5 %'])
  const resilience = { timeoutSeconds: 3, retries: { attempts: 0, perTryTimeoutSeconds: null, retryOn: null } }
  expect(describe.resilience(resilience)).toEqual(['timeout 3 s', 'no retries'])
})

it('finds what a refusal says about a field, however far out its name begins', () => {
  const refusal = new ApiError(422, { errors: { 'fault.delay.seconds': ['too long'], percentage: ['no'] } })
  expect(errorAt(refusal, 'delay.seconds')).toBe('too long')
  expect(errorAt(refusal, 'delay.percentage')).toBe('')
  expect(errorAt(new Error(), 'delay.seconds')).toBe('')
})
