import { expect, it } from 'vitest'
import kinds from './fields.json'
import { proposals, type Kinds } from './fields'
import { placeAt } from './yamlPath'

const propose = (kind: string, text: string) => proposals(kinds as Kinds, kind, placeAt(text.split('\n')))
const names = (kind: string, text: string) => propose(kind, text).map(({ name }) => name)

it('knows the fields of a place, whether they are wanted, and what they are', () => {
  expect(names('VirtualService', '')).toEqual(['apiVersion', 'kind', 'metadata', 'spec'])
  expect(names('VirtualService', 'spec:\n  http:\n  - route:\n    - destination:\n        ')).toEqual(['host', 'port', 'subset'])
  const host = propose('VirtualService', 'spec:\n  http:\n  - route:\n    - destination:\n        h').find(({ name }) => name === 'host')
  expect(host).toMatchObject({ isRequired: true, detail: 'string', text: 'host: ' })
})

it('opens lists and objects at the right column', () => {
  const http = propose('VirtualService', 'spec:\n  ').find(({ name }) => name === 'http')
  expect(http?.text).toBe('http:\n    - ')
  const fault = propose('VirtualService', 'spec:\n  http:\n  - ').find(({ name }) => name === 'fault')
  expect(fault?.text).toBe('fault:\n      ')
})

it('knows the values that a field may have', () => {
  expect(names('DestinationRule', 'spec:\n  trafficPolicy:\n    loadBalancer:\n      simple: ')).toContain('LEAST_REQUEST')
  const locality = 'spec:\n  trafficPolicy:\n    loadBalancer:\n      localityLbSetting:\n        '
  expect(names('DestinationRule', `${locality}enabled: `)).toEqual(['true', 'false'])
  expect(names('VirtualService', 'spec:\n  http:\n  - timeout: ')).toEqual([])
})

it('goes through maps, and proposes nothing where nothing is known', () => {
  const header = 'spec:\n  http:\n  - match:\n    - headers:\n        x-canary:\n          '
  expect(names('VirtualService', header)).toEqual(['exact', 'prefix', 'regex'])
  expect(names('VirtualService', 'spec:\n  nothing:\n    ')).toEqual([])
  expect(names('ConfigMap', 'spec:\n  ')).toEqual([])
})
