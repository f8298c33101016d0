import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'

export const baseUrl = process.env.BASE_URL ?? 'http://127.0.0.1:8080'
export const adminPassword = async () => (await readFile(process.env.ADMIN_PASSWORD_FILE ?? '.local/admin-password', 'utf8')).trim()

/** Starts the machine's own Chromium with a new profile; `close` leaves nothing behind. */
export async function launch(options = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), 'messageboard-e2e-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...options,
  })
  return {
    context,
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

/** Opens the page in a browser of its own; `errors` is what it writes to the console that no page may ever write. */
export async function openPage(baseURL) {
  const browser = await launch({ baseURL, locale: 'en-US', viewport: { width: 1280, height: 900 } })
  const { page } = browser
  const errors = []
  page.setDefaultTimeout(15_000)
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto('/')
  await page.waitForSelector('.stream[data-state=open]')
  return { ...browser, errors }
}

/** Asserts that nothing is wider than the page in the given language, on a phone, a laptop and a large screen. */
export async function assertNothingOverflows(page, lang) {
  await page.click(`.languages [lang=${lang}]`)
  for (const width of [360, 1280, 1920]) {
    await page.setViewportSize({ width, height: 900 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(overflow, 0, `${lang} at ${width} px`)
  }
}

/** Logs in as admin in the page's own dialog. */
export async function logInAsAdmin(page) {
  await page.click('.log-in')
  await page.fill('[name=username]', 'admin')
  await page.fill('[name=password]', await adminPassword())
  await page.click('dialog[open] .submit')
  await page.waitForSelector('.log-out')
}

export async function eventually(condition, deadline = Date.now() + 15_000) {
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'not in time')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The text in the open editor, which is short enough to be drawn as a whole. */
export async function readYaml(page) {
  await page.waitForSelector('.resource .editor .cm-line')
  const lines = await page.locator('.resource:visible .editor .cm-line').allTextContents()
  return lines.join('\n')
}

export async function writeYaml(page, text) {
  await page.locator('.resource:visible .editor .cm-content').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
}
