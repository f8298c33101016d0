import { expect, it } from 'vitest'
import type { Rollout } from '../api/rollouts'
import { errorPercent, parseSteps, stepMarks, waitingFor } from './progress'

const now = Date.parse('2026-11-27T10:00:00Z')
const rollout = (part: Partial<Rollout>): Rollout => ({
  service: 'user-service', toCluster: 'ctx2', steps: [5, 25, 50, 100], step: 1, state: 'running', since: '2026-11-27T09:59:50Z',
  nextAt: '2026-11-27T10:00:20Z', waitSeconds: 30, limitSeconds: 300, minRequests: 20, maxErrorPercent: 5, maxP95Ratio: null, user: 'admin',
  reason: null, before: { ctx1: 100, ctx2: 0 }, target: { requests: 3, errors: 0, p95Ms: 4 }, other: { requests: 9, errors: 0, p95Ms: 4 },
  ...part,
})

it('shows what became of each step', () => {
  const states = (part: Partial<Rollout>) => stepMarks(rollout(part)).map(({ state }) => state)
  expect(states({})).toEqual(['held', 'now', 'next', 'next'])
  expect(states({ state: 'broken' })).toEqual(['held', 'failed', 'next', 'next'])
  expect(states({ state: 'stopped', step: 0 })).toEqual(['stopped', 'next', 'next', 'next'])
  expect(states({ state: 'done', step: 3 })).toEqual(['held', 'held', 'held', 'held'])
})

it('waits for the time, then for requests', () => {
  expect(waitingFor(rollout({}), now)).toEqual({ for: 'time', seconds: 20 })
  expect(waitingFor(rollout({}), now + 21_000)).toEqual({ for: 'requests', more: 17 })
  expect(waitingFor(rollout({ target: null }), now + 21_000)).toEqual({ for: 'requests', more: 20 })
  expect(waitingFor(rollout({ target: { requests: 20, errors: 0, p95Ms: 1 } }), now + 21_000)).toEqual({ for: 'judgement' })
  expect(waitingFor(rollout({ state: 'done', nextAt: null }), now)).toBeNull()
})

it('reads steps as people write them', () => {
  expect(parseSteps('5, 25, 50, 100')).toEqual([5, 25, 50, 100])
  expect(parseSteps(' 5% 25%;50 → 100 ')).toEqual([5, 25, 50, 100])
  expect(parseSteps('100')).toEqual([100])
})

it.each(['', '0, 5', '5, 5', '50, 25', '5, 101', '2.5', 'five', '-5', Array.from({ length: 21 }, (_, step) => step + 1).join()])(
  'takes no steps from %j',
  (text) => {
    expect(parseSteps(text)).toBeNull()
  },
)

it('has no errors where there were no requests', () => {
  expect(errorPercent({ requests: 0, errors: 0 })).toBe(0)
  expect(errorPercent({ requests: 8, errors: 2 })).toBe(25)
})
