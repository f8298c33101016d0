import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Handler = (
  request: IncomingMessage & { json: unknown },
  answer: (status: number, body?: unknown) => void,
  /** Sets headers of the answer; before it. */
  headers: (headers: Record<string, string>) => void,
) => void

/** Serves the page's own origin from a real HTTP server until the test is over. */
export async function serve(handler: Handler): Promise<void> {
  const server = createServer((request, response) => void handle(handler, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  ;(window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(`http://127.0.0.1:${port}/`)
}

async function handle(handler: Handler, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const answer = (status: number, body?: unknown) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }
  const setHeaders = (headers: Record<string, string>) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  }
  handler(Object.assign(request, { json: text ? (JSON.parse(text) as unknown) : undefined }), answer, setHeaders)
}
