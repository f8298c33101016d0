import { expect, it } from 'vitest'
import { markKinds, type Mark } from '../api/history'
import { en } from '../i18n/en'
import { ko } from '../i18n/ko'
import { isBad, markWords } from './markWords'

const mark = (kind: Mark['kind'], detail: Mark['detail'] = {}, change: Partial<Mark> = {}): Mark => ({
  id: 1, time: '2026-11-27T09:00:00Z', kind, service: 'user-service', cluster: null, user: 'admin', detail,
  resource: { kind: 'VirtualService', namespace: 'messageboard', name: 'user-service' }, before: '1', version: '2', ...change,
})
const words = (...of: Parameters<typeof mark>) => markWords(mark(...of), en, String)

it.each([
  ['weights', { ctx1: 90, ctx2: 10 }, 'Weights 90 : 10'],
  ['fault', { abortPercent: 30, abortStatus: 503 }, 'Fault: abort 503 for 30 %'],
  ['fault', {}, 'Fault: off'],
  ['canary', { subset: 'ctx2' }, 'Canary: x-canary → ctx2'],
  ['canary', { subset: null }, 'Canary: off'],
  ['yaml', {}, 'YAML of VirtualService user-service'],
  ['undo', { ctx1: 70, ctx2: 30 }, 'Undone: 70 : 30'],
  ['undo', {}, 'Undone: VirtualService user-service'],
  ['hand', {}, 'Edited by hand: VirtualService user-service'],
  ['hand', { ctx1: 10, ctx2: 90, subset: null }, 'Edited by hand: VirtualService user-service: 10 : 90'],
  ['yaml', { timeoutSeconds: 3, attempts: 0 }, 'YAML of VirtualService user-service: timeout 3 s, no retries'],
  ['rollout', { state: 'broken', toCluster: 'ctx2', percent: 25 }, 'Roll-out to ctx2, 25 %: put back'],
] as const)('says of %s %j: %s', (kind, detail, said) => {
  expect(words(kind, detail)).toBe(said)
})

it('says which cluster or pod went and came', () => {
  expect(words('drill', { down: true }, { cluster: 'ctx2' })).toBe('ctx2 taken down')
  expect(words('drill', { down: false }, { cluster: 'ctx2' })).toBe('ctx2 brought up')
  expect(words('outage', { pod: 'user-service-ctx1-0', ready: false })).toBe('user-service-ctx1-0 does not answer')
  expect(words('outage', { pod: null, ready: true }, { cluster: 'ctx1' })).toBe('user-service · ctx1 is ready again')
})

it('tells what is bad from what is not', () => {
  expect(isBad(mark('drill', { down: true }))).toBe(true)
  expect(isBad(mark('outage', { ready: true }))).toBe(false)
  expect(isBad(mark('fault', { abortPercent: 30, abortStatus: 503 }))).toBe(true)
  expect(isBad(mark('fault', {}))).toBe(false)
  expect(isBad(mark('weights', { ctx1: 90, ctx2: 10 }))).toBe(false)
})

it('has words for each kind, in each language', () => {
  for (const t of [en, ko]) for (const kind of markKinds) expect(markWords(mark(kind), t, String)).toMatch(/\S/)
})
