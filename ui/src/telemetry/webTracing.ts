import { context, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { DocumentLoadInstrumentation } from '@opentelemetry/instrumentation-document-load'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, ParentBasedSampler, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { UserAction } from './browserSpans'
import { CleanSpans } from './cleanSpans'
import { RateLimitedSampler } from './rateLimitedSampler'
import { RecordedTraceContext } from './recordedTraceContext'

const tracesPath = '/otlp/v1/traces'

/** Traces a second that the page records of its own calls: it can send more than that, and the gateway has a limit too. */
const tracesPerSecond = 20

/** What is asked about telemetry is none of it, nor is a stream that never ends. */
const untraced = [/\/otlp\//, /\/api\/telemetry(\/|\?|$)/, /\/api\/traffic\/events/]

export interface WebTracing {
  /** The parent of all calls made within it. */
  beginAction(name: string): UserAction
  /** Resolves once all spans so far have been sent. */
  flush(): Promise<void>
}

/** Makes the browser the first span of its calls' traces, by OpenTelemetry's own SDK; this and what it imports is a chunk of its own. */
export function startWebTracing(): WebTracing {
  const exporter = new OTLPTraceExporter({ url: new URL(tracesPath, location.origin).href, timeoutMillis: 10_000 })
  const provider = new WebTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'browser' }),
    sampler: new ParentBasedSampler({ root: new RateLimitedSampler(tracesPerSecond) }),
    spanProcessors: [
      new CleanSpans(),
      // What the queue has no room for is lost, and nothing waits. A page that goes away sends the rest.
      new BatchSpanProcessor(exporter, {
        maxQueueSize: 512,
        maxExportBatchSize: 40, // the gateway takes 64 KiB at a time
        scheduledDelayMillis: 5_000,
        exportTimeoutMillis: 10_000,
      }),
    ],
  })
  provider.register({ propagator: new RecordedTraceContext() })
  registerInstrumentations({
    tracerProvider: provider,
    instrumentations: [
      new FetchInstrumentation({ ignoreUrls: untraced, ignoreNetworkEvents: true }),
      new DocumentLoadInstrumentation({ ignoreNetworkEvents: true }),
    ],
  })
  const tracer = provider.getTracer('messageboard-page')
  return {
    beginAction(name) {
      const span = tracer.startSpan(name)
      const within = trace.setSpan(context.active(), span)
      return { within: (call) => context.with(within, call), end: () => span.end() }
    },
    flush: () => provider.forceFlush(),
  }
}
