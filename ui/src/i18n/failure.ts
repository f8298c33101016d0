import { ApiError, NetworkError } from '../api/http'
import type { Texts } from './en'

/** Why a call failed, in the reader's language; the server's own words where only they tell. */
export function describeFailure(error: unknown, t: Texts): string {
  if (error instanceof NetworkError) return t.failure.unreachable
  if (!(error instanceof ApiError)) throw error
  const { status, problem } = error
  if (status === 401) return t.failure.signedOut
  if (status === 403) return t.failure.forbidden
  const told = problem.code && problem.detail // in the reader's language
  if (status === 404) return told || t.failure.missing
  if (status === 429) return told || t.failure.tooMany(String(problem.retryAfter ?? 1))
  if (status === 502 && problem.detail) return problem.detail // which cluster, and why, only the gateway can tell
  if (status >= 500 && told) return t.failure.other(String(status), told)
  if (status >= 500) return t.failure.unavailable(String(status), problem.traceId ?? '–')
  if (status === 400 || status === 422) return t.failure.invalid(rules(error) || error.message)
  return t.failure.other(String(status), error.message)
}

function rules({ problem }: ApiError): string {
  return Object.values(problem.errors ?? {}).flat().join(' ')
}
