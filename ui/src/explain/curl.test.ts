import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { curl } from './curl'

const origin = 'http://localhost:8080'

it('writes a request with its headers as a command', () => {
  expect(curl({ method: 'GET', path: '/api/users/ping', headers: { 'x-canary': 'true' } }, origin)).toBe(
    "curl -i --globoff 'http://localhost:8080/api/users/ping' -H 'x-canary: true'",
  )
  expect(curl({ method: 'DELETE', path: '/api/messages/{id}', headers: {} }, origin)).toBe(
    "curl -i --globoff -X DELETE 'http://localhost:8080/api/messages/{id}'",
  )
})

it('gives a shell no word of a path to read', () => {
  const path = `/api/messages/search?q=it's $(id) "x" \\`
  const command = curl({ method: 'GET', path, headers: {} }, origin)
  const words = execFileSync('sh', ['-c', `set -- ${command}; printf '%s\\n' "$4"`], { encoding: 'utf8' })
  expect(words).toBe(`${origin}${path}\n`)
})
