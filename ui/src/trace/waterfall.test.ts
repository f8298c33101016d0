import { expect, it } from 'vitest'
import type { Span } from '../api/telemetry'
import { instant, keyOf, layOut, visibleRows } from './waterfall'

const own = 'a'.repeat(32)
const batch = 'b'.repeat(32)

const span = (spanId: string, parentId: string | null, at: number, durationMs: number, change: Partial<Span> = {}): Span => ({
  traceId: own,
  spanId,
  parentId,
  name: spanId,
  kind: 'internal',
  service: 'gateway',
  cluster: 'ctx1',
  pod: null,
  startTime: new Date(Date.UTC(2026, 10, 27, 3) + at).toISOString(),
  durationMs,
  status: 'unset',
  statusMessage: null,
  attributes: {},
  links: [],
  events: [],
  ...change,
})

const drawn = (spans: Span[]) => layOut(own, spans).rows.map(({ span, depth, start }) => [span.name, depth, start])

it('puts spans below their parents, by start, whatever order they came in', () => {
  const spans = [span('sql', 'server', 6, 2), span('try 2', 'server', 9, 3), span('root', null, 0, 20), span('server', 'root', 5, 10)]
  expect(drawn(spans)).toEqual([['root', 0, 0], ['server', 1, 5], ['sql', 2, 6], ['try 2', 2, 9]])
  expect(layOut(own, spans).durationMs).toBe(20)
})

it('leaves a child that begins before its parent where its clock says', () => {
  expect(drawn([span('root', null, 10, 5), span('early', 'root', 7, 2)])).toEqual([['root', 0, 3], ['early', 1, 0]])
})

it('keeps spans whose parent is missing, and counts them', () => {
  const { rows, orphans } = layOut(own, [span('root', null, 0, 5), span('lost', 'nowhere', 2, 1), span('below', 'lost', 2, 1)])
  expect(rows.map(({ span, depth, isOrphan }) => [span.name, depth, isOrphan])).toEqual([
    ['root', 0, false], ['lost', 0, true], ['below', 1, false],
  ])
  expect(orphans).toBe(1)
})

it('hangs a batch that has a trace of its own below the span that links to it', () => {
  const spans = [
    span('root', null, 0, 10),
    span('process', 'root', 5, 500, { links: [{ traceId: batch, spanId: 'insert' }] }),
    span('insert', null, 400, 50, { traceId: batch, links: [{ traceId: own, spanId: 'root' }] }),
    span('sql', 'insert', 410, 30, { traceId: batch }),
  ]
  const { rows } = layOut(own, spans)
  expect(rows.map(({ span, depth, isLinked }) => [span.name, depth, isLinked])).toEqual([
    ['root', 0, false], ['process', 1, false], ['insert', 2, true], ['sql', 3, false],
  ])
})

it('hangs it below the span that it links to, where only the batch has the link', () => {
  const spans = [
    span('root', null, 0, 10),
    span('process', 'root', 5, 5),
    span('insert', null, 400, 50, { traceId: batch, links: [{ traceId: own, spanId: 'process' }] }),
  ]
  expect(drawn(spans)).toEqual([['root', 0, 0], ['process', 1, 5], ['insert', 2, 400]])
  const unlinked = spans.map((span) => ({ ...span, links: [] }))
  expect(drawn(unlinked)).toEqual([['root', 0, 0], ['process', 1, 5], ['insert', 0, 400]])
})

it('comes to an end where parents or links go round', () => {
  const around = [span('a', 'b', 0, 1), span('b', 'a', 0, 1), span('self', 'self', 1, 1)]
  expect(layOut(own, around).rows).toHaveLength(3)
  const linked = [
    span('root', null, 0, 1, { links: [{ traceId: batch, spanId: 'x' }] }),
    span('x', null, 1, 1, { traceId: batch, links: [{ traceId: own, spanId: 'root' }] }),
  ]
  expect(layOut(own, linked).rows).toHaveLength(2)
})

it('lays out a chain of thousands', () => {
  const chain = Array.from({ length: 5_000 }, (_, i) => span(String(i), i ? String(i - 1) : null, i, 1))
  expect(layOut(own, chain).rows.at(-1)?.depth).toBe(4_999)
})

it('folds away what is below', () => {
  const { rows } = layOut(own, [span('root', null, 0, 9), span('a', 'root', 1, 5), span('b', 'a', 2, 1), span('c', 'root', 7, 1)])
  const key = keyOf({ traceId: own, spanId: 'a' })
  expect(visibleRows(rows, new Set([key])).map(({ span }) => span.name)).toEqual(['root', 'a', 'c'])
})

it('reads times to the microsecond', () => {
  expect(instant('2026-11-27T03:00:00.000250Z') - instant('2026-11-27T03:00:00Z')).toBeCloseTo(0.25, 3)
  expect(instant('2026-11-27T03:00:00.123456+00:00') - instant('2026-11-27T03:00:00.123Z')).toBeCloseTo(0.456, 3)
})
