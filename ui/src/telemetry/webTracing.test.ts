import { context, trace, type Span } from '@opentelemetry/api'
import { InMemorySpanExporter, SamplingDecision, SimpleSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import { expect, it } from 'vitest'
import { CleanSpans } from './cleanSpans'
import { RateLimitedSampler } from './rateLimitedSampler'
import { RecordedTraceContext } from './recordedTraceContext'
import { urlTemplate } from '../api/urlTemplate'

it('records so many traces a second, and no more after a pause', () => {
  let now = 0
  const sampler = new RateLimitedSampler(20, () => now)
  const isRecorded = () => sampler.shouldSample().decision === SamplingDecision.RECORD_AND_SAMPLED
  const recorded = () => Array.from({ length: 50 }, isRecorded).filter(Boolean)
  expect(recorded()).toHaveLength(20)
  now += 500
  expect(recorded()).toHaveLength(10)
  now += 60_000
  expect(recorded()).toHaveLength(20)
})

it('sends traceparent for what is recorded, and none for what is not', () => {
  const headersOf = (span: Span) => {
    const headers: Record<string, string> = {}
    const setter = { set: (carrier: unknown, key: string, value: string) => void ((carrier as Record<string, string>)[key] = value) }
    new RecordedTraceContext().inject(trace.setSpan(context.active(), span), headers, setter)
    return headers
  }
  const tracer = new WebTracerProvider({ sampler: new RateLimitedSampler(1) }).getTracer('test')
  const span = tracer.startSpan('first')
  expect(headersOf(span)).toEqual({ traceparent: `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01` })
  expect(headersOf(tracer.startSpan('second'))).toEqual({})
})

it('exports neither query nor fragment, and names a call by its template', async () => {
  const exporter = new InMemorySpanExporter()
  const provider = new WebTracerProvider({ spanProcessors: [new CleanSpans(), new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('test')
  const url = 'http://localhost:8080/api/messages/search?q=secret#secret'
  tracer.startSpan('GET', { attributes: { 'http.request.method': 'GET', 'url.full': url } }).end()
  tracer.startSpan('documentFetch', { attributes: { 'url.full': 'http://localhost:8080/?secret=1#/trace/secret' } }).end()
  await provider.forceFlush()
  expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes['url.full']])).toEqual([
    ['GET /api/messages/search', 'http://localhost:8080/api/messages/search'],
    ['documentFetch', 'http://localhost:8080/'],
  ])
})

it.each([
  ['/api/messages/17', '/api/messages/{id}'],
  ['/api/traffic/requests/204?x=1', '/api/traffic/requests/{id}'],
  ['/api/mesh/resources/VirtualService/user-service/undo?namespace=a', '/api/mesh/resources/{kind}/{name}/undo'],
  ['/api/mesh/resources?x', '/api/mesh/resources'],
  ['/api/traffic/weights/user-service', '/api/traffic/weights/user-service'],
  ['/', '/'],
])('names %s %s', (url, template) => {
  expect(urlTemplate(url)).toBe(template)
})
