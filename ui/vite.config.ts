import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Writes each text of the build beside itself as `.br` and `.gz`, at their slowest: the gateway serves them, and compresses nothing. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css|html|svg|json)$/.test(file))) {
      const file = bundle[name]!
      const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source)
      await writeFile(join(dir!, `${name}.br`), brotliCompressSync(bytes))
      await writeFile(join(dir!, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    }
  },
}

export default defineConfig({
  plugins: [vue(), compressed],
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/openapi': 'http://127.0.0.1:8080' },
  },
  build: {
    // The gateway sends `default-src 'self'`, which allows no data: addresses.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
})
