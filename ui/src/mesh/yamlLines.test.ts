import { expect, it } from 'vitest'
import { lineRange, yamlLines } from './yamlLines'

const yaml = 'kind: VirtualService\nspec:\n  http: 7\n'

it('puts each message at its line, several at one, and those without a line at none', () => {
  const lines = yamlLines(
    yaml,
    [
      { line: 3, message: 'http: has to be a list' },
      { line: 3, message: 'hosts: is missing' },
      { line: null, message: 'too large' },
      { line: 99, message: 'past the end' },
      { line: 0, message: 'before the start' },
    ],
    [{ line: 2, message: 'never reached' }, { line: null, message: 'an older one has it' }],
    [{ line: 1, message: 'warmup' }, { line: 40, message: 'nowhere' }],
  )
  expect(lines.map(({ text }) => text)).toEqual(['kind: VirtualService', 'spec:', '  http: 7', ''])
  expect(lines.map(({ refusals }) => refusals)).toEqual([[], [], ['http: has to be a list', 'hosts: is missing'], []])
  expect(lines.map(({ warnings }) => warnings)).toEqual([[], ['never reached'], [], []])
  expect(lines.map(({ notes }) => notes.length)).toEqual([1, 0, 0, 0])
})

it.each([
  [1, 'kind: VirtualService'],
  [3, '  http: 7'],
  [4, ''],
  [50, ''],
])('finds line %i', (line, text) => {
  expect(yaml.slice(...lineRange(yaml, line))).toBe(text)
})
