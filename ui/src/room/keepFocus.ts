const focusable = 'a[href], :is(button, input, select, textarea):not([disabled]), summary, [tabindex]'

/** Where an element stood: its ancestors, nearest first, each with the place among its children. */
type Trail = readonly { parent: Element; index: number }[]

const isUsable = (element: Element) => element.isConnected && element.matches(focusable) && element.checkVisibility()

/**
 * Gives the focus to a neighbour when what has it goes away, so that who works by keyboard goes on from there and not from the top of the
 * page. Who takes an element away and knows a better place has given it that place before. Returns how to stop.
 */
export function keepFocus(fallback: () => HTMLElement | null): () => void {
  let last: Element | null = null
  let trail: Trail = []
  let frame = 0

  function remember({ target }: Event) {
    last = target as Element
    trail = trailOf(last)
  }

  /** After the page is drawn anew: only then the browser takes the focus from what is hidden or disabled. */
  function look() {
    frame ||= requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        frame = 0
        if (document.activeElement === document.body && last && !isUsable(last)) moveOn()
      })
    })
  }

  function moveOn() {
    // What stands beside a closed dialog has nothing to do with it.
    const next = last?.isConnected && last.closest('dialog:not([open])') ? null : neighbour(trail)
    last = null
    ;(next ?? fallback())?.focus({ preventScroll: next === null })
  }

  const observer = new MutationObserver(() => {
    if (last && document.activeElement !== last) look()
    else if (last && !isUsable(last)) look()
  })
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled', 'hidden', 'open'] })
  document.addEventListener('focusin', remember)
  return () => {
    observer.disconnect()
    cancelAnimationFrame(frame)
    document.removeEventListener('focusin', remember)
  }
}

function trailOf(element: Element): Trail {
  const trail = []
  for (let child = element; child.parentElement; child = child.parentElement)
    trail.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) })
  return trail
}

/** What stands now where the element stood, or else near it. */
function neighbour(trail: Trail): HTMLElement | null {
  for (const { parent, index } of trail) {
    if (!parent.isConnected || parent === document.body) continue
    const children = [...parent.children]
    const near = [...children.slice(index), ...children.slice(0, index).reverse(), parent]
    const found = near.flatMap((place) => [place, ...place.querySelectorAll(focusable)]).find(isUsable)
    if (found) return found as HTMLElement
  }
  return null
}
