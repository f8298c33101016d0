import { expect, it } from 'vitest'
import { serve } from '../testing/server'
import { useDrill } from './useDrill'

it('takes a cluster down, one order at a time', async () => {
  const orders: unknown[] = []
  await serve((request, answer) => {
    orders.push([request.method, request.url, request.json])
    answer(202, {})
  })
  const { failure, isSending, set } = useDrill()
  const first = set('ctx2', true)
  expect(isSending.value).toBe(true)
  await set('ctx2', false)
  await first
  expect(orders).toEqual([['PUT', '/api/mesh/drill/ctx2', { down: true }]])
  expect([failure.value, isSending.value]).toEqual([null, false])
})

it('tells why a cluster could not be taken down', async () => {
  await serve((_, answer) => answer(403, {}))
  const { failure, isSending, set } = useDrill()
  await set('ctx2', true)
  expect([failure.value, isSending.value]).toMatchObject([{ status: 403 }, false])
})
