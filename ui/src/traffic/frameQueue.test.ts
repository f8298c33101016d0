import { expect, it, vi } from 'vitest'
import { FrameQueue } from './frameQueue'

it('applies what came since the last frame together, in order', async () => {
  const apply = vi.fn()
  const queue = new FrameQueue<number>(apply)
  queue.push(1)
  queue.push(2)
  expect(apply).not.toHaveBeenCalled()
  await vi.waitFor(() => expect(apply).toHaveBeenCalled())
  queue.push(3)
  await vi.waitFor(() => expect(apply).toHaveBeenCalledTimes(2))
  expect(apply.mock.calls).toEqual([[[1, 2]], [[3]]])
})

it('does without frames, which a hidden page does not get', async () => {
  const frame = vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(0)
  const apply = vi.fn()
  new FrameQueue<number>(apply).push(1)
  await vi.waitFor(() => expect(apply).toHaveBeenCalledWith([1]))
  frame.mockRestore()
})
