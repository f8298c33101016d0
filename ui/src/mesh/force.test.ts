import { expect, it } from 'vitest'
import type { InForce, ResourceRow, ResourceState } from '../api/mesh'
import { mount } from '../testing/mount'
import { isBeaten, standingOf } from './force'
import ResourceList from './ResourceList.vue'

it.each<[ResourceState, InForce | null, string, boolean]>([
  ['accepted', 'wholly', 'wholly', false],
  ['accepted', 'partly', 'partly', true],
  ['accepted', 'no', 'not', true],
  ['accepted', null, 'valid', false],
  ['refused', 'no', 'refused', false],
  ['refused', null, 'refused', false],
  ['passedOver', null, 'passedOver', false],
])('says of a resource that is %s and in force %s: %s', (state, inForce, standing, beaten) => {
  expect([standingOf({ state, inForce }), isBeaten({ state, inForce })]).toEqual([standing, beaten])
})

it('lists how much of a resource is in force, and which rival has the rest', () => {
  const row = (name: string, inForce: InForce, warnings: ResourceRow['warnings'] = []): ResourceRow => ({
    apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', namespace: 'messageboard', name, file: `${name}.yaml`, line: 1,
    state: 'accepted', inForce, resourceVersion: '1', problems: [], warnings, notCarriedOut: [], editable: true, generated: false,
  })
  const list = mount(ResourceList, {
    resources: [
      row('old', 'wholly'),
      row('some', 'partly', [{ line: null, message: 'host a is VirtualService messageboard/old’s' }, { line: 7, message: 'unreached' }]),
      row('young', 'no', [{ line: null, message: 'all is taken' }]),
    ],
    isAdmin: true,
    current: null,
  })

  const rows = [...list.querySelectorAll('[data-name]')]
  expect(rows.map((element) => element.getAttribute('data-in-force'))).toEqual(['wholly', 'partly', 'no'])
  expect(rows.map((element) => element.querySelector('.chip')?.textContent?.trim())).toEqual([
    '✓ in force', '! partly in force', '✕ not in force',
  ])
  expect(rows.map((element) => [...element.querySelectorAll('.told')].map(({ textContent }) => textContent?.trim()))).toEqual([
    [], ['host a is VirtualService messageboard/old’s', 'line 7: unreached'], ['all is taken'],
  ])
})
