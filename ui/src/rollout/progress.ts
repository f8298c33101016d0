import type { Rollout } from '../api/rollouts'

export interface StepMark {
  percent: number
  /** Held, in force and watched, in force when it was put back or stopped, or not reached. */
  state: 'held' | 'now' | 'failed' | 'stopped' | 'next'
}

/** The steps, each with what became of it. */
export function stepMarks({ steps, step, state }: Rollout): StepMark[] {
  const here = { running: 'now', done: 'held', broken: 'failed', stopped: 'stopped' } as const
  return steps.map((percent, index) => ({ percent, state: index < step ? 'held' : index > step ? 'next' : here[state] }))
}

export type Waiting = { for: 'time'; seconds: number } | { for: 'requests'; more: number } | { for: 'judgement' }

/** What a running step waits for: its time, then its requests. Null when none runs. */
export function waitingFor({ state, nextAt, minRequests, target }: Rollout, now: number): Waiting | null {
  if (state !== 'running' || nextAt === null) return null
  const seconds = Math.ceil((Date.parse(nextAt) - now) / 1000)
  if (seconds > 0) return { for: 'time', seconds }
  const more = minRequests - (target?.requests ?? 0)
  return more > 0 ? { for: 'requests', more } : { for: 'judgement' }
}

const mostSteps = 20

/** `5, 25 50%` → [5, 25, 50]; null for anything but 1 to 20 rising whole numbers from 1 to 100. */
export function parseSteps(text: string): number[] | null {
  const words = text.split(/[\s,;%→]+/).filter((word) => word !== '')
  const steps = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : NaN))
  const isRising = steps.every((step, index) => step > (steps[index - 1] ?? 0))
  return isRising && steps.length >= 1 && steps.length <= mostSteps && steps.every((step) => step <= 100) ? steps : null
}

/** Percent of failed requests, 0 for none at all. */
export const errorPercent = ({ requests, errors }: { requests: number; errors: number }) => (requests ? (errors / requests) * 100 : 0)
