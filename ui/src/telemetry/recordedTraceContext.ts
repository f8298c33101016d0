import { isSpanContextValid, trace, TraceFlags, type Context, type TextMapSetter } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'

/**
 * Sends `traceparent` for what this page records, and else none: one that says "not recorded" would decide for the gateway too, which may
 * well keep the trace.
 */
export class RecordedTraceContext extends W3CTraceContextPropagator {
  override inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context)
    if (span && isSpanContextValid(span) && span.traceFlags & TraceFlags.SAMPLED) super.inject(context, carrier, setter)
  }
}
