import type { Span, SpanReference } from '../api/telemetry'

/** A span in its place: below its parent, and in time. */
export interface Row {
  key: string
  span: Span
  /** From 0. */
  depth: number
  parent: Row | null
  children: Row[]
  /** Ms since the first span's start. */
  start: number
  end: number
  /** It begins a trace of its own, and hangs below the span that it is linked with. */
  isLinked: boolean
  /** Its parent is not among the spans. */
  isOrphan: boolean
}

export interface Waterfall {
  roots: Row[]
  /** All of them, from top to bottom. */
  rows: Row[]
  byKey: ReadonlyMap<string, Row>
  durationMs: number
  /** Spans of this trace whose parent is not there: on its way, or not kept. */
  orphans: number
}

export const keyOf = ({ traceId, spanId }: SpanReference) => `${traceId}/${spanId}`

/** A time in ms, to the microsecond: a `Date` knows no part of a millisecond. */
export function instant(time: string): number {
  const parts = /\.\d{3}(\d+)/.exec(time)?.[1]
  return Date.parse(time) + (parts ? Number(`0.${parts}`) : 0)
}

/**
 * Puts spans below their parents, by start, on one time axis. Where a trace's beginning hangs by links only, because a batch writes for
 * many, it comes below the span that it is linked with. Clocks of two machines may differ, so a child may begin before its parent: it is
 * put where it says it was.
 */
export function layOut(traceId: string, spans: readonly Span[]): Waterfall {
  const zero = spans.reduce((first, { startTime }) => Math.min(first, instant(startTime)), Infinity)
  const byKey = new Map<string, Row>()
  for (const span of spans) {
    const start = instant(span.startTime) - zero
    const end = start + Math.max(0, span.durationMs)
    byKey.set(keyOf(span), { key: keyOf(span), span, depth: 0, parent: null, children: [], start, end, isLinked: false, isOrphan: false })
  }

  const all = [...byKey.values()]
  for (const row of all) {
    const { parentId } = row.span
    if (parentId === null) continue
    const parent = byKey.get(keyOf({ traceId: row.span.traceId, spanId: parentId }))
    if (parent && !isWithin(parent, row)) row.parent = parent
    else row.isOrphan = true
  }

  const other = all.filter(({ parent, span }) => parent === null && span.traceId !== traceId)
  for (const row of other) {
    const parent = linkedWith(row, all, byKey, traceId)
    if (parent && !isWithin(parent, row)) [row.parent, row.isLinked] = [parent, true]
  }

  const roots: Row[] = []
  for (const row of all) (row.parent?.children ?? roots).push(row)
  const rows: Row[] = []
  // Not by recursion: a trace may be as deep as it is long.
  const waiting = roots.sort(byStart).reverse()
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    row.depth = row.parent ? row.parent.depth + 1 : 0
    rows.push(row)
    waiting.push(...row.children.sort(byStart).reverse())
  }

  return {
    roots: rows.filter(({ parent }) => parent === null),
    rows,
    byKey,
    durationMs: rows.reduce((last, { end }) => Math.max(last, end), 0),
    orphans: rows.filter(({ isOrphan, span }) => isOrphan && span.traceId === traceId).length,
  }
}

const byStart = (a: Row, b: Row) => a.start - b.start || b.end - a.end

/** Whether `row` is `ancestor` or somewhere below it. */
function isWithin(row: Row, ancestor: Row): boolean {
  for (let at: Row | null = row; at; at = at.parent) if (at === ancestor) return true
  return false
}

/** The span of the trace that links to the other trace, else the one that the other trace's beginning links to. */
function linkedWith(root: Row, all: readonly Row[], byKey: ReadonlyMap<string, Row>, traceId: string): Row | null {
  const own = all.filter(({ span }) => span.traceId === traceId)
  const to = own.find(({ span }) => span.links.some((link) => link.traceId === root.span.traceId))
  if (to) return to
  for (const link of root.span.links) {
    const from = byKey.get(keyOf(link))
    if (from && from.span.traceId !== root.span.traceId) return from
  }
  return null
}

/** What is to be seen while what is below `collapsed` is folded away. */
export function visibleRows(rows: readonly Row[], collapsed: ReadonlySet<string>): Row[] {
  const hidden = new Set<Row>()
  for (const row of rows) if (row.parent && (hidden.has(row.parent) || collapsed.has(row.parent.key))) hidden.add(row)
  return rows.filter((row) => !hidden.has(row))
}
