import type { SpanProcessor } from '@opentelemetry/sdk-trace-web'
import { urlTemplate, withoutQuery } from '../api/urlTemplate'

const urlFull = 'url.full'
const method = 'http.request.method'

/**
 * Takes queries out of all addresses before a span ends, and names a call as the server's span is named
 * (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name).
 */
export class CleanSpans implements SpanProcessor {
  onStart(): void {
    // Nothing is known yet.
  }

  onEnding(span: Parameters<NonNullable<SpanProcessor['onEnding']>>[0]): void {
    const url = span.attributes[urlFull]
    if (typeof url !== 'string') return
    span.setAttribute(urlFull, withoutQuery(url))
    const verb = span.attributes[method]
    if (typeof verb !== 'string') return
    const template = urlTemplate(url)
    span.setAttribute('url.template', template)
    span.updateName(`${verb} ${template}`)
  }

  onEnd(): void {
    // It is exported by another.
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}
