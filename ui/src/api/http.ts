import { writeLine, writeUnanswered } from './consoleLine'

/** RFC 9457 problem details, with what the services add. */
export interface Problem {
  title?: string
  /** In the page's language where there is a code; else the mesh's own words. */
  detail?: string
  /** What happened, the same in all languages. */
  code?: string
  traceId?: string
  /** When to try again, in seconds, on a 429. */
  retryAfter?: number
  /** Rules that were broken, by JSON field. */
  errors?: Record<string, string[]>
  /** The value in force, on a 409. */
  current?: unknown
  /** Why there is no trace to show. */
  reason?: string
  /** What is wrong with a submitted YAML text, by line. */
  problems?: { line: number | null; message: string }[]
}

/** The server answered, and refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.name = 'ApiError'
  }
}

/** No answer came at all. */
export class NetworkError extends Error {
  constructor(options?: ErrorOptions) {
    super('no answer', options)
    this.name = 'NetworkError'
  }
}

export interface SendOptions {
  body?: unknown
  signal?: AbortSignal
  /** The call needs no session, so a 401 does not mean that one has ended; or nobody asked for it, so nobody is asked to log in. */
  anonymous?: boolean
  /** Is told the trace of the call, also where it is refused. */
  traced?: (traceId: string) => void
}

const sessionEndedListeners = new Set<() => void>()

/** Calls `listener` whenever a call that needs a session is answered with 401; returns how to stop. */
export function onSessionEnded(listener: () => void): () => void {
  sessionEndedListeners.add(listener)
  return () => sessionEndedListeners.delete(listener)
}

/**
 * Sends JSON and reads JSON.
 * @throws {ApiError} for every answer outside 2xx
 * @throws {NetworkError} when no answer came
 */
export async function send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
  const response = await exchange(method, path, options)
  options.traced?.(response.headers.get('X-Trace-Id') ?? '')
  if (!response.ok) {
    if (response.status === 401 && !options.anonymous) for (const listener of sessionEndedListeners) listener()
    throw new ApiError(response.status, await readProblem(response))
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

/**
 * Makes a call; each has its line in the console.
 * @throws {NetworkError} when no answer came, be it in time
 */
export async function call(path: string, init: RequestInit & { method: string }): Promise<Response> {
  try {
    const response = await fetch(path, init)
    writeLine(init.method, path, response)
    return response
  } catch (cause) {
    const { aborted = false, reason } = init.signal ?? {}
    if (aborted && !isTimeout(reason)) throw cause
    writeUnanswered(init.method, path)
    throw new NetworkError({ cause })
  }
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError'

function exchange(method: string, path: string, { body, signal }: SendOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang || 'en' }
  const init: RequestInit & { method: string } = { method, headers }
  if (signal) init.signal = signal
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  return call(path, init)
}

async function readProblem(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? 1)
  try {
    return { ...((await response.json()) as Problem), retryAfter }
  } catch {
    // A proxy on the way may answer with a page of its own.
    return { title: response.statusText }
  }
}
