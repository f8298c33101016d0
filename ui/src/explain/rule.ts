import type { Explanation } from '../api/requests'

/** The rule that was taken, in the YAML's own words; of one that is delegated both places. */
export function exactRule({ virtualService, httpRoute, host, route }: Explanation): string {
  if (!virtualService && !httpRoute) return `host ${host}`
  const [rules, matches] = httpRoute ? ['rules', 'matches'] : ['http', 'match']
  const parts = [httpRoute ? `HTTPRoute ${httpRoute}` : `VirtualService ${virtualService}`]
  if (route) parts.push(`${rules}[${route.index}]${route.name ? ` ${route.name}` : ''}`)
  if (route && route.match !== null) parts.push(`${matches}[${route.match}]${route.matchName ? ` ${route.matchName}` : ''}`)
  if (route?.delegate) {
    const { virtualService: target, index, match } = route.delegate
    parts.push(`→ VirtualService ${target}`, `http[${index}]`)
    if (match !== null) parts.push(`match[${match}]`)
  }
  return parts.join(' · ')
}
