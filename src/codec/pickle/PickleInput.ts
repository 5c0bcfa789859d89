/**
 * The bytes of pickles that have come and were not read yet. Chunks are joined only once they may complete what is read
 * next: joining all that has come for each chunk would take time that grows with its square.
 */
import * as ByteString from "../../domain/ByteString.ts"

const lineFeed = 0x0a

/** The most chunks that are kept before they are joined. */
const mostChunks = 64
/** What each of them costs besides its bytes: the view, its buffer and the system's record of that. */
const costOfChunk = 256

const noBytes = new Uint8Array(0)

const concatenate = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  const all = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}

/** Bytes that are read from their beginning. Where they are too few, nothing is read, and the next `push` waits for more. */
export class PickleInput {
  readonly #longestLine: number
  /** The chunks that are not joined yet, and their bytes in all. */
  #chunks: Array<Uint8Array> = []
  #held = 0
  /** How many bytes are needed; 0 while it is the end of a line. */
  #needed = 1
  #bytes: Uint8Array = noBytes
  #position = 0

  constructor(longestLine: number) {
    this.#longestLine = longestLine
  }

  /** How many bytes can be read now. */
  get length(): number {
    return this.#bytes.length - this.#position
  }

  /** Whether bytes are kept from one `push` to the next. */
  get isHolding(): boolean {
    return this.#held > 0
  }

  /** The memory of those, in bytes. */
  get cost(): number {
    return this.#held + costOfChunk * this.#chunks.length
  }

  /** Adds a chunk. Whether they can be read now; if not, they complete nothing yet. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#chunks.length > mostChunks) this.#chunks = [concatenate(this.#chunks, this.#held)]
    const mayComplete =
      this.#needed > 0
        ? this.#held >= this.#needed
        : chunk.includes(lineFeed) || this.#held > this.#longestLine
    if (!mayComplete) return false
    const [first = chunk] = this.#chunks
    this.#bytes = this.#chunks.length === 1 ? first : concatenate(this.#chunks, this.#held)
    this.#position = 0
    return true
  }

  /** Keeps what was not read for the next `push`. */
  keep(): void {
    // A copy, for a view would keep all of the bytes.
    const rest = Uint8Array.from(this.#bytes.subarray(this.#position))
    this.#bytes = noBytes
    this.#position = 0
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#held = rest.length
  }

  /** Gives up what was not read. */
  clear(): void {
    this.#bytes = noBytes
    this.#position = 0
    this.#chunks = []
    this.#held = 0
  }

  /** Whether this many bytes have come. */
  has(count: number): boolean {
    if (this.length >= count) return true
    this.#needed = count
    return false
  }

  /** How many bytes stand before the next line feed; `undefined` where none has come. */
  lineLength(): number | undefined {
    const end = this.#bytes.indexOf(lineFeed, this.#position)
    if (end !== -1) return end - this.#position
    this.#needed = 0
    return undefined
  }

  /** The next byte. */
  first(): number | undefined {
    return this.#bytes[this.#position]
  }

  /** The little-endian number of `width` bytes that has this many bytes before it. */
  numberAt(offset: number, width: 1 | 4 | 8): number {
    let value = 0
    for (let index = width - 1; index >= 0; index--)
      value = value * 256 + (this.#bytes[this.#position + offset + index] ?? 0)
    return value
  }

  /** The bytes from one offset to another, as latin1. */
  textAt(from: number, to: number): ByteString.ByteString {
    return ByteString.fromRange(this.#bytes, this.#position + from, this.#position + to)
  }

  /** Reads this many bytes, which have come. */
  consume(count: number): void {
    this.#position += count
    this.#needed = 1
  }

  /** Reads at most this many bytes: a view, not a copy. */
  take(most: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#position, this.#position + most)
    this.consume(taken.length)
    return taken
  }
}
