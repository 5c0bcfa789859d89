/** The bytes that came to one socket and were not read yet. When to stop reading from the socket: Peer. */
import { Array } from "effect"
import { type ByteString, overhead } from "../domain/ByteString.ts"
import { bufferSize } from "../domain/BufferSize.ts"

/** Some chunks of bytes, in the order in which they came. */
export type Chunks = Array.NonEmptyReadonlyArray<ByteString>

/**
 * The memory of input, in bytes, with which a socket is read on while its peer takes nothing of its replies: about a
 * million pipelined requests. A client that sends all of them before it reads any would else wait for ever. Counted in
 * the memory of all connections (guard/ConnectionReaper).
 */
const mostWhileBlocked = 32 * 1024 * 1024

/** The unread bytes of one socket. */
export class ReadBuffer {
  #chunks: globalThis.Array<ByteString> = []
  #held = 0
  /** Whether a write waits for the peer to take it. */
  isBlocked = false

  /** The memory that they take, in bytes. */
  get held(): number {
    return this.#held
  }

  /** Whether the socket must not be read on. */
  get isFull(): boolean {
    return this.#held >= (this.isBlocked ? mostWhileBlocked : bufferSize)
  }

  add(chunk: ByteString): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length + overhead
  }

  /** The first chunks, as many as make up `bufferSize`, or all if they are fewer; `undefined` where there are none. */
  take(): Chunks | undefined {
    if (this.#held <= bufferSize) return this.#takeAll()
    let size = 0
    let count = 0
    while (size < bufferSize && count < this.#chunks.length) {
      size += (this.#chunks[count]?.length ?? 0) + overhead
      count += 1
    }
    const taken = this.#chunks.splice(0, count)
    this.#held -= size
    return Array.isArrayNonEmpty(taken) ? taken : undefined
  }

  #takeAll(): Chunks | undefined {
    const chunks = this.#chunks
    if (!Array.isArrayNonEmpty(chunks)) return undefined
    this.clear()
    return chunks
  }

  clear(): void {
    this.#chunks = []
    this.#held = 0
  }
}
