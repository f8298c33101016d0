import { expect, it } from 'vitest'
import { serve } from '../testing/server'
import { isFull } from './trafficStream'

it.each([
  [429, true],
  [200, false],
  [503, false],
])('tells a stream without a place (%i) from one that is broken', async (status, full) => {
  await serve((_, answer) => answer(status, {}))
  expect(await isFull('/api/traffic/events')).toBe(full)
})

it('takes no answer for a broken stream', async () => {
  expect(await isFull('http://127.0.0.1:1/')).toBe(false)
})
