import type { AttributeValue, Span } from '../api/telemetry'
import { splitFlags } from '../traffic/flags'

const text = (value: AttributeValue | undefined) => (value === undefined || value === null || value === '' ? null : String(value))

/** What the mesh, and the semantic conventions, say of a span in its attributes, as far as a row shows it. */
export interface SpanFacts {
  /** From 1; null where the mesh made no try. */
  attempt: string | null
  /** The cluster and the pod that the mesh chose. */
  to: string | null
  /** Envoy's response flags. */
  flags: string[]
  /** The query or command, as it ran. */
  statement: string | null
  httpStatus: string | null
  isError: boolean
}

export function factsOf({ attributes, status }: Span): SpanFacts {
  return {
    attempt: text(attributes['mesh.attempt']),
    to: [text(attributes['mesh.cluster']), text(attributes['mesh.pod'])].filter(Boolean).join(' ') || null,
    flags: splitFlags(text(attributes['mesh.response_flags'])),
    statement: text(attributes['db.query.text']) ?? text(attributes['db.statement']),
    httpStatus: text(attributes['http.response.status_code']),
    isError: status === 'error',
  }
}
