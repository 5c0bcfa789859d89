/**
 * What a connection holds back between MULTI and EXEC, and the files that it watches: requests in their own memory, a
 * bounded amount of it. What is answered to whom: TransactionReplies; who answers the requests in the end: Dispatch.
 */
import type { Request } from "../../codec/Codec.ts"
import type { Args } from "../../commands/Argument.ts"
import type { Command } from "../../commands/Command.ts"
import * as Parser from "../../commands/Parser.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../../domain/Errors.ts"

/** What one connection may hold back and watch together, in bytes: some 30,000 GETs. Redis has no bound. */
export const mostHeld = 4 * 1024 * 1024

/** What a request takes besides its words, and a word besides its bytes. Measured with Node 26: 60 and 24 bytes. */
const requestOverhead = 96
const wordOverhead = 32

/** A request held back: as it was written, for its words are cut from all that came with it; or what is wrong with it. */
type Queued = Args | CommandError

/** A file's version, `undefined` where there is no such file. */
export type FileVersion = string | undefined

const isArgs = (queued: Queued): queued is Args => Array.isArray(queued)

const none: ReadonlyArray<Queued> = []

/** One connection's transaction, from its first MULTI or WATCH on: one after the other. */
export class Transaction {
  /** `open` after MULTI; `running` while what was held back is answered. */
  #state: "idle" | "open" | "running" = "idle"
  #queued: Array<Queued> = []
  #next = 0
  #held = 0
  #watched = new Map<ByteString.ByteString, FileVersion>()
  /** Whether something was refused, so that EXEC must be. */
  isBroken = false

  get isOpen(): boolean {
    return this.#state === "open"
  }

  get isRunning(): boolean {
    return this.#state === "running"
  }

  /** How much memory is held, in bytes. */
  get held(): number {
    return this.#held
  }

  /** Every watched file, and its version when it was first watched. */
  get watched(): ReadonlyMap<ByteString.ByteString, FileVersion> {
    return this.#watched
  }

  /** MULTI. */
  open(): void {
    this.#state = "open"
  }

  /** Forgets everything. */
  close(): void {
    this.#state = "idle"
    this.#queued = []
    this.#next = 0
    this.isBroken = false
    this.unwatch()
    this.#held = 0
  }

  /** Holds a request back, unless that would be too much. */
  queue(request: Command | CommandError): boolean {
    const queued = request instanceof Error ? ownError(request) : ownArgs(Parser.print(request))
    if (!this.#take(sizeOf(queued))) {
      // EXEC can only be refused now, so nothing more is needed.
      this.#queued = []
      return false
    }
    this.#queued.push(queued)
    return true
  }

  /** Whether the file may be watched besides the others. */
  watch(name: ByteString.ByteString, version: FileVersion): boolean {
    if (this.#watched.has(name)) return true
    if (!this.#take(watchSize(name))) return false
    this.#watched.set(ByteString.ownCopy(name), version)
    return true
  }

  unwatch(): void {
    for (const name of this.#watched.keys()) this.#held -= watchSize(name)
    this.#watched = new Map()
  }

  /** EXEC: gives what was held back to be answered, and tells how much that is. */
  run(): number {
    this.unwatch()
    const { length } = this.#queued
    if (length === 0) this.close()
    else this.#state = "running"
    return length
  }

  /** The next of the requests that run. */
  next(): Request | undefined {
    const queued = this.#queued[this.#next++]
    if (this.#next >= this.#queued.length) this.close()
    return queued === undefined || !isArgs(queued) ? queued : Parser.parse(queued)
  }

  /** All that was held back, once: where nobody wants the replies. */
  drain(): ReadonlyArray<Request> {
    const requests = this.isBroken ? none : this.#queued
    this.close()
    return requests.map((queued) => (isArgs(queued) ? Parser.parse(queued) : queued))
  }

  #take(size: number): boolean {
    if (this.#held + size > mostHeld) return false
    this.#held += size
    return true
  }
}

const ownArgs = (args: Args): Args => args.map(ByteString.ownCopy)

/** Its text may hold a piece of what came. */
const ownError = (error: CommandError): CommandError =>
  error instanceof BadArgument
    ? new BadArgument({ text: new TextDecoder().decode(new TextEncoder().encode(error.text)) })
    : error

const sizeOf = (queued: Queued): number =>
  isArgs(queued)
    ? queued.reduce((sum, { length }) => sum + length + wordOverhead, requestOverhead)
    : // An error with its sentence and Effect's fields.
      2048

const watchSize = (name: ByteString.ByteString): number =>
  requestOverhead + 2 * wordOverhead + name.length
