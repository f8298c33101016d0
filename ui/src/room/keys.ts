/** F, and what stands there on a Korean keyboard. */
export function opensClassView({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ['f', 'F', 'ㄹ'].includes(key) && !ctrlKey && !metaKey && !altKey
}

/** Whether a key pressed there is a letter of a text, or chooses something by its first letter. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const keyless = 'input:is([type=range], [type=checkbox], [type=radio], [type=button])'
  return target.isContentEditable || target.matches(`textarea, select, input:not(${keyless})`)
}
