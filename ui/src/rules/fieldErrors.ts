import { ApiError } from '../api/http'

/**
 * What a refusal (422) says about one field, named by its path such as `delay.seconds`: the gateway may name it from
 * further out (`fault.delay.seconds`).
 */
export function errorAt(refusal: unknown, field: string): string {
  if (!(refusal instanceof ApiError)) return ''
  const wanted = field.toLowerCase()
  return Object.entries(refusal.problem.errors ?? {})
    .filter(([at]) => at.toLowerCase() === wanted || at.toLowerCase().endsWith(`.${wanted}`))
    .flatMap(([, messages]) => messages)
    .join(' ')
}
