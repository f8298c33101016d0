/** A hidden page gets no frames; its items are applied by timer, this often (ms). */
const hiddenInterval = 250

/** Collects items and applies them together, once an animation frame. */
export class FrameQueue<T> {
  #items: T[] = []
  #frame = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly apply: (items: readonly T[]) => void) {}

  push(item: T): void {
    if (this.#items.push(item) > 1) return
    this.#frame = requestAnimationFrame(this.#flush)
    this.#timer = setTimeout(this.#flush, hiddenInterval)
  }

  readonly #flush = () => {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
    const items = this.#items
    this.#items = []
    this.apply(items)
  }
}
