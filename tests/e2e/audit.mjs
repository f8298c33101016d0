// What is looked at in each state of the page. The functions run in the page.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Before the page is opened: its policy lets nobody bring a script later. */
export const bringAxe = (context) => context.addInitScript(axeSource)

/**
 * Where a rule does not hold: a row of a trace is told in whole words, in another order than its columns are seen in; a mark of the history
 * shows a sign, and no words.
 */
const allowed = { 'label-content-name-mismatch': '.span-row, .rail .mark' }

/** What axe-core finds, by rule and element. `rules`: these alone; without, all that it has. */
export async function violations(page, rules) {
  return page.evaluate(
    async ([only, exceptions]) => {
      const runOnly = only && { runOnly: { type: 'rule', values: only } }
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'], elementRef: true, ...runOnly })
      return violations.flatMap(({ id, nodes }) =>
        nodes
          .filter(({ element }) => !(id in exceptions && element.matches(exceptions[id])))
          .map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
      )
    },
    [rules, allowed],
  )
}

/** What sticks out of the window, what lies on top of something else, and what is too small to be hit. */
export const layoutFaults = (page) => page.evaluate(measure)

function measure() {
  const slack = 2 // px: descenders, borders that share a line
  const smallest = 24 // px: WCAG 2.2, 2.5.8
  const control = 'a[href], button, input, select, textarea, summary, [role=treeitem], [role=tab], [role=option], [tabindex="0"]'
  const onLine = '.pause' // the mark of a pause stands on the axis's line, whose words are above it
  const root = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body
  const faults = []

  /** The part of a box that is not cut off by a scrolling or clipping ancestor; null when nothing is. */
  function seen(element, { left, top, right, bottom }) {
    for (let box = element; box && box !== document.documentElement; box = box.parentElement) {
      const { overflowX, overflowY, clipPath } = getComputedStyle(box)
      if (clipPath !== 'none') return null
      const frame = box.getBoundingClientRect()
      if (overflowX !== 'visible') [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)]
      if (overflowY !== 'visible') [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)]
    }
    return right - left > slack && bottom - top > slack ? { left, top, right, bottom } : null
  }

  /** What scrolls or stands by itself: it lies over the rest on purpose. */
  function layer(element) {
    for (let box = element; box; box = box.parentElement)
      if (['fixed', 'sticky'].includes(getComputedStyle(box).position) || box.matches('dialog, [popover]')) return box
    return null
  }

  const name = (element) => {
    const classes = [...element.classList].map((token) => `.${token}`).join('')
    return `${element.localName}${classes} "${(element.textContent || element.ariaLabel || element.name || '').trim().slice(0, 30)}"`
  }

  const boxes = []
  for (const element of root.querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    const own = element.getBoundingClientRect()
    if (own.width === 0 || own.height === 0) continue
    const cut = seen(element, own)
    if (cut && (cut.left < -1 || cut.right > innerWidth + 1)) faults.push(`out of the window: ${name(element)}`)
    if (element.matches(control)) {
      if (cut) boxes.push({ element, ...cut })
      const label = element.labels?.[0]?.getBoundingClientRect()
      const [width, height] = [Math.max(own.width, label?.width ?? 0), Math.max(own.height, label?.height ?? 0)]
      // A word in a sentence is as high as its line.
      const isWord = element.localName === 'a' && getComputedStyle(element).display === 'inline' && element.closest('p')
      if (cut && !isWord && !element.disabled && (width < smallest - 0.5 || height < smallest - 0.5))
        faults.push(`${width.toFixed(0)} × ${height.toFixed(0)} px: ${name(element)}`)
    }
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || element.closest('svg') || element.matches(onLine)) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const rect of range.getClientRects()) {
        const text = seen(element, rect)
        if (text) boxes.push({ element, ...text })
      }
    }
  }

  boxes.sort((a, b) => a.top - b.top)
  const pairs = new Set()
  boxes.forEach((one, i) => {
    for (let k = i + 1; k < boxes.length && boxes[k].top < one.bottom - slack; k++) {
      const other = boxes[k]
      if (other.left >= one.right - slack || other.right <= one.left + slack || other.bottom <= one.top + slack) continue
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue
      if (layer(one.element) !== layer(other.element)) continue
      pairs.add(`overlap: ${name(one.element)} and ${name(other.element)}`)
    }
  })
  return [...new Set(faults), ...pairs]
}
