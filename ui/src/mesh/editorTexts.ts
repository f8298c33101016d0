import type { Texts } from '../i18n/en'
import type { EditorTexts } from './codeMirror'

/** What the editor says, in the page's language. */
export const editorTexts = ({ mesh }: Texts, label: string): EditorTexts => ({
  label,
  keys: mesh.keys,
  notYaml: mesh.notYaml,
  required: mesh.required,
  phrases: mesh.phrases,
})
