// Measures what the page must keep up with: `node frame-rate.mjs [events a second = 200] [seconds = 10]`. A small server gives
// the built page (ui/dist) an event stream of that rate; Chromium counts the frames it draws meanwhile.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch } from './browser.mjs'

const rate = Number(process.argv[2] ?? 200)
const seconds = Number(process.argv[3] ?? 10)
const dist = fileURLToPath(new URL('../../ui/dist', import.meta.url))
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const services = ['user-service', 'message-service', 'log-service']
const weights = { ctx1: 70, ctx2: 30 }
const noCounts = { total: 0, errors: 0, unanswered: 0, clusters: {}, pods: {} }

let sent = 0
let sending
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/api/traffic/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const rows = services.map((service) => ({ service, resourceVersion: '1', weights, rules: null }))
    response.write(`event: configuration\ndata: ${JSON.stringify({ services: rows, problems: [] })}\n\n`)
    const start = performance.now()
    let due = 0
    sending = setInterval(() => {
      for (const until = ((performance.now() - start) / 1000) * rate; due < until; due++) response.write(event(++sent))
    }, 5)
  } else if (pathname === '/api/traffic') {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ services: services.map((service) => ({ service, recent: noCounts, sinceStart: noCounts })) }))
  } else if (pathname.startsWith('/api/')) {
    response.writeHead(404).end()
  } else {
    const file = path.join(dist, pathname === '/' ? 'index.html' : pathname)
    response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream')
    response.end(await readFile(file))
  }
})

function event(id) {
  const service = services[id % 3]
  const cluster = id % 10 < 7 ? 'ctx1' : 'ctx2'
  const request = {
    id, service, cluster, pod: `${service}-${cluster}-754bc8dd6f-kghtc`, status: id % 50 ? 200 : 500, durationMs: 1.93,
    time: new Date().toISOString(), traceId: randomUUID().replaceAll('-', ''), flags: null,
  }
  return `event: request\nid: ${id}\ndata: ${JSON.stringify(request)}\n\n`
}

await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await launch({ viewport: { width: 1280, height: 900 } })
try {
  await browser.page.goto(`http://127.0.0.1:${server.address().port}/`)
  await browser.page.waitForSelector('.stream[data-state=open]')
  const { frames, slowest, longest, flashes } = await browser.page.evaluate(measure, seconds * 1000)
  const average = frames / seconds
  console.log(
    `${rate} events/s for ${seconds} s: ${average.toFixed(1)} frames/s, slowest second ${slowest}, ` +
      `longest frame ${longest.toFixed(0)} ms, ${flashes} flashes (${sent} events since start)`,
  )
  process.exitCode = slowest >= 30 && flashes >= rate * seconds * 0.95 ? 0 : 1
} finally {
  await browser.close()
  clearInterval(sending)
  server.closeAllConnections()
  server.close()
}

/** Runs in the page: counts animation frames and flashes for so many milliseconds. */
async function measure(duration) {
  const lit = () => [...document.querySelectorAll('[data-flashes]')].reduce((sum, bank) => sum + Number(bank.dataset.flashes), 0)
  const before = lit()
  const times = []
  const start = await new Promise(requestAnimationFrame)
  for (let now = start; now - start < duration; times.push(now)) now = await new Promise(requestAnimationFrame)
  const gaps = times.map((time, i) => time - (times[i - 1] ?? start))
  const bySecond = Array.from({ length: duration / 1000 }, (_, i) => times.filter((time) => Math.floor((time - start) / 1000) === i).length)
  return { frames: times.length, slowest: Math.min(...bySecond), longest: Math.max(...gaps), flashes: lit() - before }
}
