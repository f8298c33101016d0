import { expect, it } from 'vitest'
import type { TrafficRequest } from '../api/traffic'
import { journeysOf, markMs, triesShown, type PodPlace } from './journey'
import { wayIn, wayTo } from './layout'

const request: TrafficRequest = {
  id: 1, service: 'user-service', cluster: 'ctx1', pod: 'b', status: 200, durationMs: 5, time: '', traceId: '', traced: true, flags: null,
  rule: null, heading: 'ctx1', cause: null, delayMs: 0, tries: [], mirrors: [],
}
const unanswered = { cluster: null, pod: null, status: 503 }
const podPlace: PodPlace = (_, __, pod) => (pod === 'b' ? 1 : 0)

const journeys = (change: Partial<TrafficRequest>) => journeysOf({ ...request, ...change }, podPlace)
const steps = (change: Partial<TrafficRequest>) => journeys(change)[0]?.legs.map(({ way, from, to }) => [way, from, to])
const msOf = (change: Partial<TrafficRequest>) => journeys(change)[0]?.legs.reduce((sum, { ms }) => sum + ms, 0) ?? NaN

const toGateway = [wayIn, 'start', 'end']

it('takes a time that follows the logarithm of the duration, within bounds', () => {
  expect(markMs(0)).toBe(350)
  expect(markMs(1e9)).toBe(3_000)
  const [ten, hundred, thousand] = [markMs(9), markMs(99), markMs(999)]
  expect(hundred - ten).toBeCloseTo(thousand - hundred)
  expect(msOf({ durationMs: 99 })).toBeCloseTo(hundred)
})

it('leads an answered request by the gateway to the pod that answered', () => {
  expect(steps({})).toEqual([toGateway, [wayTo('user-service', 'ctx1', 1), 'start', 'end']])
  expect(journeys({ status: 404 })).toMatchObject([{ ending: 'arrive', outcome: 'refused', isCopy: false, after: 0 }])
})

it('leads one that failed over to where it was answered, not where it was heading', () => {
  expect(steps({ heading: 'ctx2' })?.at(-1)).toEqual([wayTo('user-service', 'ctx1', 1), 'start', 'end'])
})

it('lets an abort burst at the gateway’s door, on the way to where it was heading', () => {
  const change = { ...unanswered, cause: 'abort', heading: 'ctx2' } as const
  expect(steps(change)?.at(-1)).toEqual([wayTo('user-service', 'ctx2', 0), 'start', 'door'])
  expect(journeys(change)[0]?.ending).toBe('burst')
  expect(steps({ ...change, heading: null })).toEqual([toGateway])
})

it('ends one that found no pod at the cluster’s border, and others that nobody answered at the gateway', () => {
  expect(steps({ ...unanswered, cause: 'noPod' })?.at(-1)).toEqual([wayTo('user-service', 'ctx1', 0), 'start', 'border'])
  expect(steps({ ...unanswered, cause: 'timeout' })?.at(-1)).toEqual([wayTo('user-service', 'ctx1', 0), 'start', 'service'])
  for (const cause of ['noRoute', 'denied', 'limited', 'redirect', 'direct', 'unknown'] as const)
    expect(steps({ ...unanswered, cause })).toEqual([toGateway])
  expect(journeys({ ...unanswered, cause: 'noPod' })[0]?.ending).toBe('stop')
})

it('bounces off each pod that failed before the last try', () => {
  const failed = { cluster: 'ctx2', pod: 'a', status: 503, flag: null }
  const bounce = [
    [wayTo('user-service', 'ctx2', 0), 'start', 'end'],
    [wayTo('user-service', 'ctx2', 0), 'end', 'start'],
  ]
  const answered = [wayTo('user-service', 'ctx1', 1), 'start', 'end']
  expect(steps({ tries: [failed, { cluster: 'ctx1', pod: 'b', status: 200, flag: null }] })).toEqual([toGateway, ...bounce, answered])
  const many = Array.from({ length: 9 }, () => failed)
  expect(steps({ tries: many })).toHaveLength(1 + 2 * (triesShown - 1) + 1)
})

it('bounces off the border where a try found no pod', () => {
  const tries = [
    { cluster: null, pod: null, status: null, flag: 'UH' },
    { cluster: 'ctx1', pod: 'b', status: 200, flag: null },
  ]
  expect(steps({ heading: 'ctx2', tries })?.[1]).toEqual([wayTo('user-service', 'ctx2', 0), 'start', 'border'])
})

it('waits at the gateway for the part of the time that a fault held it back', () => {
  const legs = journeys({ delayMs: 500, durationMs: 1_000 })[0]?.legs ?? []
  expect(legs[1]).toMatchObject({ way: wayIn, from: 'end', to: 'end' })
  expect(legs[1]?.ms).toBeCloseTo(markMs(1_000) / 2)
  expect(msOf({ delayMs: 500, durationMs: 1_000 })).toBeCloseTo(markMs(1_000))
})

it('sends a faint copy to each mirror once the request has left the gateway', () => {
  const [own, copy] = journeys({ mirrors: ['ctx2', 'elsewhere'] })
  expect(copy).toMatchObject({ isCopy: true, legs: [{ way: wayTo('user-service', 'ctx2', 0), from: 'start', to: 'end' }] })
  expect(copy?.after).toBeCloseTo(own?.legs[0]?.ms ?? NaN)
  expect(journeys({ mirrors: ['elsewhere'] })).toHaveLength(1)
})

it('stays at the gateway when an unknown cluster answered', () => {
  expect(steps({ cluster: 'unknown' })).toEqual([toGateway])
})
