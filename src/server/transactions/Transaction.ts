/**
 * The requests that a connection queues between MULTI and EXEC, and the files that it watches, in bounded memory. Their
 * replies: TransactionReplies; who answers the queued requests at EXEC: Dispatch.
 */
import type { Request } from "../../codec/Codec.ts"
import type { Args } from "../../commands/Argument.ts"
import type { Command } from "../../commands/Command.ts"
import * as Parser from "../../commands/Parser.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { BadArgument, type CommandError } from "../../domain/Errors.ts"
import { Sentence } from "../../domain/sentences/Sentence.ts"

/** The memory of one connection's queued requests and watched names, in bytes: some 30,000 GETs. Redis has no bound. */
const maxHeld = 4 * 1024 * 1024

/** What a request takes besides its arguments, and an argument besides its bytes. Measured with Node 26: 60 and 24 bytes. */
const requestOverhead = 96
const wordOverhead = 32

/** A queued request: copies of its arguments, because the originals are slices of the whole input; or its error. */
type Queued = Args | CommandError

/** A file's version, `undefined` where there is no such file. */
type FileVersion = string | undefined

const isArgs = (queued: Queued): queued is Args => Array.isArray(queued)

/** The transactions of one connection, one after the other. */
export class Transaction {
  /** `open` after MULTI; `running` from EXEC on, until the queued requests are answered. */
  #state: "idle" | "open" | "running" = "idle"
  #queued: Array<Queued> = []
  #next = 0
  #held = 0
  #watched = new Map<ByteString.ByteString, FileVersion>()
  /** Whether a request was refused, so that EXEC must be refused. */
  isBroken = false

  get isOpen(): boolean {
    return this.#state === "open"
  }

  get isRunning(): boolean {
    return this.#state === "running"
  }

  /** The memory that is held, in bytes. */
  get held(): number {
    return this.#held
  }

  /** The watched names, and the version of each when it was first watched. */
  get watched(): ReadonlyMap<ByteString.ByteString, FileVersion> {
    return this.#watched
  }

  /** Begins a transaction (MULTI). */
  open(): void {
    this.#state = "open"
  }

  /** Ends the transaction; forgets its requests and the watched names. */
  close(): void {
    this.#state = "idle"
    this.#queued = []
    this.#next = 0
    this.isBroken = false
    this.unwatch()
    this.#held = 0
  }

  /** Queues a request; returns false at the bound. */
  queue(request: Command | CommandError): boolean {
    const queued = request instanceof Error ? ownError(request) : ownArgs(Parser.print(request))
    if (!this.#take(sizeOf(queued))) {
      // EXEC will be refused, so the queued requests are not needed any more.
      this.#queued = []
      return false
    }
    this.#queued.push(queued)
    return true
  }

  /** Watches a file; returns false at the bound. */
  watch(name: ByteString.ByteString, version: FileVersion): boolean {
    if (this.#watched.has(name)) return true
    if (!this.#take(watchSize(name))) return false
    this.#watched.set(ByteString.ownCopy(name), version)
    return true
  }

  /** Forgets the watched names. */
  unwatch(): void {
    for (const name of this.#watched.keys()) this.#held -= watchSize(name)
    this.#watched = new Map()
  }

  /** Has the queued requests answered, which `next` returns (EXEC); returns their number. */
  run(): number {
    this.unwatch()
    const { length } = this.#queued
    if (length === 0) this.close()
    else this.#state = "running"
    return length
  }

  /** The next queued request while the transaction runs. */
  next(): Request | undefined {
    const queued = this.#queued[this.#next++]
    if (this.#next >= this.#queued.length) this.close()
    return queued === undefined || !isArgs(queued) ? queued : withoutWaiting(Parser.parse(queued))
  }

  #take(size: number): boolean {
    if (this.#held + size > maxHeld) return false
    this.#held += size
    return true
  }
}

/** Nothing waits for a change inside a transaction (t_stream.c, xreadCommand: CLIENT_DENY_BLOCKING). */
const withoutWaiting = (request: Command | CommandError): Command | CommandError =>
  request._tag === "StreamRead" ? { ...request, block: undefined } : request

const ownArgs = (args: Args): Args => args.map(ByteString.ownCopy)

/** A copy, because the text of an error may hold a slice of the input. */
const ownError = (error: CommandError): CommandError =>
  error instanceof BadArgument
    ? new BadArgument({
        text: Sentence.make(new TextDecoder().decode(new TextEncoder().encode(error.text)))
      })
    : error

const sizeOf = (queued: Queued): number =>
  isArgs(queued)
    ? queued.reduce((sum, { length }) => sum + length + wordOverhead, requestOverhead)
    : // An error object with its message and Effect's fields.
      2048

const watchSize = (name: ByteString.ByteString): number =>
  requestOverhead + 2 * wordOverhead + name.length
