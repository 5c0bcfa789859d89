/**
 * The memory into which one connection's bytes are received. Whoever is done with all bytes by the time of asking for more
 * has them lent, and their memory is used again: a large file comes without a chunk that the garbage collector would have
 * to find. All others keep what they are given. When to read from the socket is left to Socket.
 */

/** In bytes: so much that a file takes few writes, and that receiving goes on while one of them is made. */
const blockSize = 256 * 1024

/** A read into less than this is not worth its system call. */
const leastRoom = 32 * 1024

/** How many bytes may wait before the socket is read no more. */
const mostUntaken = 2 * blockSize

/** Some memory: bytes up to `taken` were taken, those from there up to `filled` were not. */
interface Block {
  readonly bytes: Uint8Array
  filled: number
  taken: number
  /** Whether somebody keeps some of its bytes. */
  isKept: boolean
}

/** The bytes of one connection. */
export class ReceiveBuffers {
  /** The block that is received into. */
  #current: Block | undefined
  /** The blocks with bytes that were not taken, in order; the current one can be the last. */
  #untaken: Array<Block> = []
  #untakenBytes = 0
  /** The blocks of which bytes are lent. */
  #lent = new Set<Block>()
  #free: Array<Block> = []
  #isLending = false

  /** Whether the socket is to be read no more for now. */
  get isFull(): boolean {
    return this.#untakenBytes >= mostUntaken
  }

  /** Says that all bytes that were lent are done with, and whether those that are taken next are lent or kept. */
  lend(isLending: boolean): void {
    this.#isLending = isLending
    const lent = [...this.#lent]
    this.#lent.clear()
    for (const block of lent) this.#reuse(block)
    if (!isLending) this.#free = []
  }

  /** Where the next bytes are to be put. */
  room(): Uint8Array {
    const last = this.#current
    if (last !== undefined && last.bytes.length - last.filled >= leastRoom)
      return last.bytes.subarray(last.filled)
    this.#current = undefined
    if (last !== undefined) this.#reuse(last)
    this.#current = this.#free.pop() ?? {
      bytes: Buffer.allocUnsafeSlow(blockSize),
      filled: 0,
      taken: 0,
      isKept: false
    }
    return this.#current.bytes
  }

  /** Says that so many bytes were put where `room` said last. */
  add(count: number): void {
    const block = this.#current
    if (block === undefined || count === 0) return
    if (block.taken === block.filled) this.#untaken.push(block)
    block.filled += count
    this.#untakenBytes += count
  }

  /** The next bytes; `undefined` where there are none. */
  take(): Uint8Array | undefined {
    const block = this.#untaken.shift()
    if (block === undefined) return undefined
    const bytes = block.bytes.subarray(block.taken, block.filled)
    block.taken = block.filled
    this.#untakenBytes -= bytes.length
    if (this.#isLending) this.#lent.add(block)
    else block.isKept = true
    return bytes
  }

  /** Has a block that is full used again, once nobody needs its bytes. */
  #reuse(block: Block): void {
    const isNeeded = block.isKept || this.#lent.has(block) || block.taken < block.filled
    if (isNeeded || block === this.#current) return
    block.filled = 0
    block.taken = 0
    this.#free.push(block)
  }
}
