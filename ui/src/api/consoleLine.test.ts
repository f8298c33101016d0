import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { serve } from '../testing/server'
import { isConsoleOn } from './consoleLine'
import { NetworkError, send } from './http'
import { ping } from './ping'

const lines: string[] = []

beforeEach(() => void vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line)))

afterEach(() => {
  vi.restoreAllMocks()
  lines.length = 0
  isConsoleOn.value = true
})

it('writes one line for each call: what was asked, who answered and where, and the trace', async () => {
  await serve((request, answer, headers) => {
    if (request.url?.startsWith('/api/users') || request.url?.startsWith('/api/messages'))
      headers({ 'X-Service-Name': 'user-service', 'X-Service-Cluster': 'ctx2', 'X-Pod-Name': 'user-service-ctx2-1' })
    headers({ 'X-Trace-Id': '0af7651916cd43dd8448eb211c80319c' })
    answer(request.method === 'DELETE' ? 404 : 200, {})
  })
  await ping('user-service')
  await send('GET', '/api/messages/search?q=secret')
  await send('DELETE', '/api/messages/17').catch(() => undefined)
  await send('PUT', '/api/mesh/drill/ctx2', { body: { down: true } })
  const trace = 'trace 0af7651916cd43dd8448eb211c80319c'
  expect(lines).toEqual([
    `GET /api/users/ping  200  user-service  ctx2  user-service-ctx2-1  ${trace}`,
    `GET /api/messages/search  200  user-service  ctx2  user-service-ctx2-1  ${trace}`,
    `DELETE /api/messages/{id}  404  user-service  ctx2  user-service-ctx2-1  ${trace}`,
    `PUT /api/mesh/drill/ctx2  200  gateway  ${trace}`,
  ])
})

it('says that no answer came', async () => {
  await serve((request) => request.socket.destroy())
  await expect(send('POST', '/api/messages', { body: {} })).rejects.toThrow(NetworkError)
  expect(lines).toEqual(['POST /api/messages  no answer'])
})

it('writes nothing when it is switched off, and remembers that', async () => {
  await serve((_, answer) => answer(200, {}))
  isConsoleOn.value = false
  await send('GET', '/api/traffic')
  expect(lines).toEqual([])
  expect(localStorage.getItem('messageboard.console')).toBe('off')
})
