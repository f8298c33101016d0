/**
 * Envoy's response flags that the mesh gives
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage).
 */
export const knownFlags = ['UH', 'NC', 'UF', 'UO', 'NR', 'URX', 'UT', 'UC', 'DI', 'FI', 'DC'] as const
export type Flag = (typeof knownFlags)[number]

export const isKnownFlag = (flag: string): flag is Flag => knownFlags.some((known) => known === flag)

/** The single flags of `UF,URX`. */
export function splitFlags(flags: string | null): string[] {
  return (flags ?? '').split(',').map((flag) => flag.trim()).filter(Boolean)
}
