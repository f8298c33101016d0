import { expect, it } from 'vitest'
import { readPlace, requestHref, serviceHref, traceHref } from './route'

const id = '0af7651916cd43dd8448eb211c80319c'

it.each([
  [traceHref(id), { kind: 'trace', id }],
  [traceHref(id.toUpperCase()), { kind: 'trace', id }],
  [requestHref(134), { kind: 'request', id: 134 }],
  [serviceHref('user-service'), { kind: 'service', name: 'user-service' }],
])('reads the place that %s names', (hash, place) => {
  expect(readPlace(hash)).toEqual(place)
})

it.each([
  '', '#', '#lights', `#/trace/${id}0`, `#/trace/${id.slice(1)}`, `#/trace/${id}/../../x`,
  '#/request/', '#/request/-1', '#/request/1e3', '#/request/1/2', '#/service/', '#/service/User', '#/service/a b',
])('finds no place in "%s"', (hash) => {
  expect(readPlace(hash)).toBeNull()
})
