import { expect, it } from 'vitest'
import type { Fleet } from '../api/fleet'
import { noCounts } from '../traffic/recentWindow'
import { podsOf } from './pods'

it('takes the pods that run, and while nobody tells those that have answered', () => {
  const recent = { ...noCounts, total: 10, pods: { 'user-service-ctx2-7b-x': 4, 'user-service-ctx1-7b-y': 6 } }
  expect(podsOf(null, 'user-service', 'ctx2', recent)).toEqual([
    { pod: 'user-service-ctx2-7b-x', isReady: true, condition: null, share: 0.4 },
  ])
  const fleet: Fleet = {
    drill: { available: true, clusters: [] },
    pods: [
      { service: 'user-service', cluster: 'ctx2', pod: 'user-service-ctx2-7b-z', ready: false, condition: 'starting' },
      { service: 'user-service', cluster: 'ctx2', pod: 'user-service-ctx2-7b-x', ready: true, condition: 'ready' },
      { service: 'log-service', cluster: 'ctx2', pod: 'log-service-ctx2-7b-x', ready: true, condition: 'ready' },
    ],
    weightsInForce: true,
    proxyless: false,
  }
  expect(podsOf(fleet, 'user-service', 'ctx2', recent).map(({ pod, isReady, share }) => [pod, isReady, share])).toEqual([
    ['user-service-ctx2-7b-x', true, 0.4],
    ['user-service-ctx2-7b-z', false, 0],
  ])
  expect(podsOf({ ...fleet, pods: null }, 'user-service', 'ctx2', recent)).toHaveLength(1)
})
