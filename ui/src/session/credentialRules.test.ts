import { expect, it } from 'vitest'
import { brokenRules } from './credentialRules'

const password = 'long enough to pass'

it.each(['bob', '김철수', 'a_b.c-1', 'नमस्ते', 'x'.repeat(32)])('takes the name %s', (username) => {
  expect(brokenRules({ username, password })).toEqual([])
})

it.each(['ab', 'x'.repeat(33), 'a b c', 'bob!', '😀😀😀', '', 'bo\u034fb', 'bob\u3164'])('refuses the name %s', (username) => {
  expect(brokenRules({ username, password })).toEqual(['username'])
})

it('counts a password’s characters, not its UTF-16 units', () => {
  const username = 'bob'
  expect(brokenRules({ username, password: 'short of 12' })).toEqual(['password'])
  expect(brokenRules({ username, password: `short${' '.repeat(12)}of` })).toEqual(['password'])
  expect(brokenRules({ username, password: '😀'.repeat(11) })).toEqual(['password'])
  expect(brokenRules({ username, password: '😀'.repeat(128) })).toEqual([])
  expect(brokenRules({ username, password: 'x'.repeat(129) })).toEqual(['password'])
})
