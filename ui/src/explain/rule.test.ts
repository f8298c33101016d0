import { expect, it } from 'vitest'
import type { Explanation } from '../api/requests'
import { exactRule } from './rule'

const explanation: Explanation = {
  host: 'user-service',
  virtualService: 'messageboard/user-service',
  httpRoute: null,
  route: { index: 1, name: 'default', match: null, matchName: null, delegate: null },
  draw: null,
  weights: [],
  destination: null,
  attempts: [],
  faults: [],
  mirrors: [],
  ejected: [],
  flags: '',
  notes: [],
}

it('names the rule and the match', () => {
  expect(exactRule(explanation)).toBe('VirtualService messageboard/user-service · http[1] default')
  const route = { index: 0, name: null, match: 2, matchName: 'api', delegate: null }
  expect(exactRule({ ...explanation, virtualService: null, httpRoute: 'messageboard/users', route })).toBe(
    'HTTPRoute messageboard/users · rules[0] · matches[2] api',
  )
  expect(exactRule({ ...explanation, virtualService: null, route: null })).toBe('host user-service')
})

it.each([
  [0, 1, ' · match[0]', ' · match[1]'],
  [null, 1, '', ' · match[1]'],
  [0, null, ' · match[0]', ''],
])('names both rules of one that is delegated', (match, delegated, ofRoot, ofDelegate) => {
  const delegate = { virtualService: 'messageboard/user-api', index: 3, match: delegated }
  expect(exactRule({ ...explanation, route: { index: 0, name: 'users-trainee', match, matchName: null, delegate } })).toBe(
    `VirtualService messageboard/user-service · http[0] users-trainee${ofRoot} · ` +
      `→ VirtualService messageboard/user-api · http[3]${ofDelegate}`,
  )
})
