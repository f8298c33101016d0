import { expect, it } from 'vitest'
import { isKnownFlag, splitFlags } from './flags'

it('splits response flags and tells those with a meaning from others', () => {
  expect(splitFlags('UF,URX')).toEqual(['UF', 'URX'])
  expect(splitFlags(' FI , ')).toEqual(['FI'])
  expect(splitFlags(null)).toEqual([])
  expect([isKnownFlag('UF'), isKnownFlag('uf'), isKnownFlag('XX')]).toEqual([true, false, false])
})
