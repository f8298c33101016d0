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
  async writeBundle({ dir = 'dist' }, bundle) {
    for (const file of Object.values(bundle).filter(({ fileName }) => /\.(js|css|html|svg|json)$/.test(fileName))) {
      const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source)
      await writeFile(join(dir, `${file.fileName}.br`), brotliCompressSync(bytes))
      await writeFile(join(dir, `${file.fileName}.gz`), gzipSync(bytes, { level: 9 }))
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
