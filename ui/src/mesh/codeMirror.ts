import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from '@codemirror/language'
import { forceLinting, linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint'
import { MergeView, unifiedMergeView } from '@codemirror/merge'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState, StateEffect, type Extension } from '@codemirror/state'
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { LineMessage } from '../api/mesh'
import kinds from './fields.json'
import { proposals, type Kinds } from './fields'
import { placeAt } from './yamlPath'

export interface EditorTexts {
  label: string
  /** How to leave the text by the keyboard. */
  keys: string
  notYaml: string
  required: string
  /** The library's own words. */
  phrases: Record<string, string>
}

/** What is to be shown at a line. */
export interface Marked extends LineMessage {
  severity: 'error' | 'warning' | 'info'
}

export interface Editor {
  readonly text: string
  setText(text: string): void
  setProblems(problems: readonly Marked[]): void
  /** Puts the cursor and the focus at a line, from 1. */
  goTo(line: number): void
  focus(): void
  close(): void
}

export interface EditorOptions {
  text: string
  kind: string
  texts: EditorTexts
  isReadOnly: boolean
  changed(text: string): void
  save(): void
}

/**
 * A place for an editor's styles: within a shadow root the library adopts style sheets made by scripts, where in the document it would
 * write `<style>`, which the Content-Security-Policy forbids.
 */
const shadowOf = (host: HTMLElement) => host.shadowRoot ?? host.attachShadow({ mode: 'open' })

/** There are others than when the text was last looked at. */
const problemsChanged = StateEffect.define<null>()

/** Opens an editor of YAML within `host`. */
export function openEditor(host: HTMLElement, { text, kind, texts, isReadOnly, changed, save }: EditorOptions): Editor {
  const root = shadowOf(host)
  let problems: Diagnostic[] = []
  const view = new EditorView({
    root,
    parent: root,
    doc: text,
    extensions: [
      ...shown(texts, isReadOnly),
      EditorView.contentAttributes.of({
        'aria-label': texts.label,
        'aria-description': isReadOnly ? '' : texts.keys,
        spellcheck: 'false',
        tabindex: '0',
      }),
      EditorView.domEventHandlers({ beforeinput: typeOverLines }),
      keymap.of([{ key: 'Mod-s', preventDefault: true, run: () => (save(), true) }]),
      history(),
      indentOnInput(),
      closeBrackets(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      autocompletion({ override: [completing(kind, texts)], icons: false }),
      lintGutter(),
      linter(({ state }) => [...problems, ...yamlErrors(state, texts.notYaml)], {
        delay: 300,
        needsRefresh: ({ transactions }) => transactions.some(({ effects }) => effects.some((effect) => effect.is(problemsChanged))),
      }),
      keymap.of([
        ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap,
        ...(isReadOnly ? [] : [indentWithTab]),
      ]),
      EditorView.updateListener.of(({ docChanged, changes, state }) => {
        if (!docChanged) return
        problems = problems.map((problem) => ({ ...problem, from: changes.mapPos(problem.from), to: changes.mapPos(problem.to) }))
        changed(state.doc.toString())
      }),
    ],
  })
  return {
    get text() {
      return view.state.doc.toString()
    },
    setText: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    setProblems(next) {
      problems = next.map((each) => diagnosticOf(view.state, each))
      view.dispatch({ effects: problemsChanged.of(null) })
      forceLinting(view)
    },
    goTo(line) {
      const { from, to } = lineOf(view.state, line)
      view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  }
}

/** Shows what becomes of `before`, both to be read only; side by side where there is room. Returns how to close it. */
export function openDifference(
  host: HTMLElement, before: string, after: string, labels: { before: string; after: string }, isWide: boolean, texts: EditorTexts,
): () => void {
  const root = shadowOf(host)
  const side = (label: string) => [...shown(texts, true), EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' })]
  const collapseUnchanged = { margin: 3, minSize: 6 }
  if (isWide) {
    const view = new MergeView({
      root,
      parent: root,
      a: { doc: before, extensions: side(labels.before) },
      b: { doc: after, extensions: side(labels.after) },
      collapseUnchanged,
      gutter: true,
    })
    return () => view.destroy()
  }
  const view = new EditorView({
    root,
    parent: root,
    doc: after,
    extensions: [
      ...side(`${labels.before} → ${labels.after}`),
      unifiedMergeView({ original: before, mergeControls: false, gutter: true, collapseUnchanged }),
    ],
  })
  return () => view.destroy()
}

const shown = ({ phrases }: EditorTexts, isReadOnly: boolean): Extension[] => [
  EditorState.phrases.of(phrases),
  EditorState.readOnly.of(isReadOnly),
  EditorState.tabSize.of(2),
  lineNumbers(),
  yaml(),
  syntaxHighlighting(colours),
  theme,
]

const completing = (kind: string, { required }: EditorTexts): CompletionSource => ({ state, pos, explicit }) => {
  const place = placeAt(state.sliceDoc(0, pos).split('\n'))
  if (!explicit && place.written === '' && place.key === null) return null
  const options = proposals(kinds as Kinds, kind, place).map(({ name, detail, isRequired, text }) => ({
    label: name,
    type: 'property',
    detail: [detail, isRequired && required].filter(Boolean).join(' · '),
    boost: isRequired ? 1 : 0,
    apply: text,
  }))
  return { from: pos - place.written.length, options, validFor: /^[\w.-]*$/ }
}

/**
 * Chromium writes a style attribute into what it joins of several lines, against the Content-Security-Policy; so what is typed over them
 * does not come to it.
 */
function typeOverLines(event: InputEvent, view: EditorView): boolean {
  const { state } = view
  const { from, to } = state.selection.main
  if (event.inputType !== 'insertText' || event.isComposing || event.data === null || state.readOnly) return false
  if (state.doc.lineAt(from).to >= to) return false
  event.preventDefault()
  view.dispatch(state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true })
  return true
}

const lineOf = ({ doc }: EditorState, line: number) => doc.line(Math.max(1, Math.min(line, doc.lines)))

function diagnosticOf(state: EditorState, { line, message, severity }: Marked): Diagnostic {
  const { from, to, text } = lineOf(state, line ?? 1)
  return { from: from + (/^\s*/.exec(text)?.[0].length ?? 0), to, message, severity }
}

/** At most one at each line. */
function yamlErrors(state: EditorState, message: string): Diagnostic[] {
  const lines = new Map<number, Diagnostic>()
  syntaxTree(state).iterate({
    enter({ type, from }) {
      if (!type.isError) return
      const line = state.doc.lineAt(from)
      lines.set(line.number, { from: line.from, to: line.to, message, severity: 'error' })
    },
  })
  return [...lines.values()]
}

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--ctx1)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--muted)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--muted)' },
  { tag: [tags.labelName, tags.typeName, tags.keyword, tags.meta], color: 'var(--ctx2)' },
])

const monospace = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Noto Sans Mono', monospace"

const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: monospace, lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--sunken)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '.cm-panels, .cm-tooltip': { color: 'var(--ink)', backgroundColor: 'var(--surface)', border: '1px solid var(--line)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '1.5' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { color: 'var(--on-accent)', backgroundColor: 'var(--accent)' },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal', opacity: '0.8' },
  '.cm-button': { color: 'var(--ink)', backgroundImage: 'none', backgroundColor: 'var(--sunken)', border: '1px solid var(--line)' },
  '.cm-textfield': { color: 'var(--ink)', backgroundColor: 'var(--surface)', border: '1px solid var(--muted)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  // The library's squiggles are data: images; a line needs none.
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px solid var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px solid var(--warn)' },
  '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '2px dotted var(--muted)' },
  '.cm-collapsedLines': { color: 'var(--muted)', background: 'var(--sunken)' },
  // In place of signs that few fonts have.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--bad-soft)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--good-soft)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'none',
    textDecoration: 'underline 2px var(--bad)',
  },
  '&.cm-merge-b .cm-changedText': { background: 'none', textDecoration: 'underline 2px var(--good)' },
})
