import type { LineMessage } from '../api/mesh'

/** A line of the text as the editor shows it. */
export interface YamlLine {
  text: string
  refusals: string[]
  warnings: string[]
  notes: string[]
}

/** Puts each message at its line; one without a line, or past the end, stands at none. */
export function yamlLines(
  yaml: string,
  problems: readonly LineMessage[],
  warnings: readonly LineMessage[],
  notCarriedOut: readonly LineMessage[],
): YamlLine[] {
  const lines = yaml.split('\n').map((text): YamlLine => ({ text, refusals: [], warnings: [], notes: [] }))
  for (const { line, message } of problems) if (line !== null) lines[line - 1]?.refusals.push(message)
  for (const { line, message } of warnings) if (line !== null) lines[line - 1]?.warnings.push(message)
  for (const { line, message } of notCarriedOut) if (line !== null) lines[line - 1]?.notes.push(message)
  return lines
}

/** Where a line (from 1) begins and ends in the text, without its line end; the last line when there are fewer. */
export function lineRange(yaml: string, line: number): [start: number, end: number] {
  let start = 0
  for (let at = 1; at < line; at++) {
    const next = yaml.indexOf('\n', start)
    if (next < 0) break
    start = next + 1
  }
  const end = yaml.indexOf('\n', start)
  return [start, end < 0 ? yaml.length : end]
}
