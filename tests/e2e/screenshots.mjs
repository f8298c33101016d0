// Saves pictures of the page with traffic running: `node screenshots.mjs FOLDER`, with BASE_URL and ADMIN_PASSWORD_FILE as for the test.
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { launch } from './browser.mjs'

const folder = process.argv[2]
if (!folder) {
  console.error('Usage: node screenshots.mjs FOLDER')
  process.exit(2)
}
const baseURL = process.env.BASE_URL ?? 'http://127.0.0.1:8080'
const password = (await readFile(process.env.ADMIN_PASSWORD_FILE ?? '.local/admin-password', 'utf8')).trim()
await mkdir(folder, { recursive: true })

for (const locale of ['ko', 'en']) {
  for (const colorScheme of ['light', 'dark']) {
    const { page, close } = await launch({ baseURL, locale, colorScheme })
    await page.goto('/')
    await save(page, `${locale}-${colorScheme}-visitor`, [360, 1280])
    await page.click('.log-in')
    await page.fill('[name=username]', 'admin')
    await page.fill('[name=password]', password)
    await page.click('dialog .submit')
    await page.click('.samples')
    await page.waitForSelector('.done:not(:empty)')
    while (await page.locator('.start').count()) await page.locator('.start').first().click()
    // A full window of every service, so that the shares are worth looking at.
    await page.waitForFunction(() => [...document.querySelectorAll('.cluster')].every(({ textContent }) => /100/.test(textContent)))
    for (const button of await page.locator('.refresh').all()) await button.click()
    await save(page, `${locale}-${colorScheme}`, [360, 1280, 1920])
    await close()
  }
}

async function save(page, name, widths) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await page.screenshot({ path: path.join(folder, `${name}-${width}.png`), fullPage: true })
  }
}
