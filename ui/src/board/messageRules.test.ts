import { expect, it } from 'vitest'
import { messageLength } from './messageRules'

it('counts characters after trimming, an emoji as the services do', () => {
  expect(messageLength('  \n ')).toBe(0)
  expect(messageLength(' 안녕하세요 ')).toBe(5)
  expect(messageLength('👋🐤')).toBe(2)
})
