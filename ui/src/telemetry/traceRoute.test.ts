import { expect, it } from 'vitest'
import { readTraceHash, traceHref } from './traceRoute'

it('reads the trace that an address names, and nothing else', () => {
  const id = '0af7651916cd43dd8448eb211c80319c'
  expect(readTraceHash(traceHref(id))).toBe(id)
  expect(readTraceHash(traceHref(id.toUpperCase()))).toBe(id)
  for (const hash of ['', '#', '#lights', `#/trace/${id}0`, `#/trace/${id.slice(1)}`, `#/trace/${id}/../../x`])
    expect(readTraceHash(hash)).toBeNull()
})
