import { expect, it } from 'vitest'
import { pickLocale } from '.'
import { en } from './en'
import { ko } from './ko'

type Tree = Record<string, unknown>

/** Every text by its path; a text with gaps as what it says when each gap is filled with a mark. */
function texts(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const at = path ? `${path}.${key}` : key
    if (typeof value === 'string') return [[at, value]]
    if (typeof value !== 'function') return texts(value as Tree, at)
    const write = value as (...gaps: string[]) => string
    return [[at, write(...Array.from({ length: write.length }, (_, i) => `{${i}}`))]]
  })
}

const gapsOf = (text: string) => (text.match(/\{\d\}/g) ?? []).sort()

it('says everything in both languages, with the same gaps', () => {
  const korean = new Map(texts(ko))
  expect([...korean.keys()]).toEqual(texts(en).map(([at]) => at))
  for (const [at, text] of texts(en)) {
    expect(korean.get(at), at).not.toBe('')
    expect(text, at).not.toBe('')
    expect(gapsOf(korean.get(at) ?? ''), at).toEqual(gapsOf(text))
  }
})

it('takes the address’s language, else the remembered one, else the first of the browser’s that it speaks, else English', () => {
  expect(pickLocale('ko', 'en', ['en'])).toBe('ko')
  expect(pickLocale('xx', 'ko', ['en'])).toBe('ko')
  expect(pickLocale(null, 'en', ['ko-KR'])).toBe('en')
  expect(pickLocale(null, null, ['fr-FR', 'ko-KR', 'en'])).toBe('ko')
  expect(pickLocale(null, null, ['en-GB', 'ko'])).toBe('en')
  expect(pickLocale(null, 'xx', ['fr'])).toBe('en')
  expect(pickLocale(null, null, ['constructor'])).toBe('en')
})
