/**
 * Answers the requests of one read in order, synchronously where no effect is needed, and collects their encoded replies
 * for one write. An answer that is an effect is returned to Connection, which runs it and adds the reply. Who answers a
 * request: Dispatch.
 */
import { Effect } from "effect"
import type { Encoder, Request } from "../codec/Codec.ts"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import { bufferSize } from "../domain/BufferSize.ts"
import * as Reply from "../domain/Reply.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import { dispatch } from "./Dispatch.ts"
import type { PendingReply, SettledReply } from "./PendingReply.ts"
import type { Event } from "../telemetry/EventLog.ts"
import type { Answer } from "../Router.ts"
import type { HttpAnswer } from "./ServerContext.ts"
import type { Transaction } from "./transactions/Transaction.ts"
import type { BufferedTransfer, Outgoing, OutgoingBody } from "./ReplyWriter.ts"

/** How many requests that need no effect are answered before other connections get their turn: 1 to 3 ms. */
const quantum = 256
/** How many of those a request that needs an effect counts as: opening a file takes up to 100 µs. */
const costOfEffect = 8

type LazyList = Extract<Reply.Reply, { readonly _tag: "LazyList" }>
/** A list of more items is encoded in parts as it is sent. */
const longList = 1024

const noRequests: ReadonlyArray<Request> = []

/** The requests of one read, and their replies that are not written yet. */
export class ReplyBatch {
  readonly #context: ConnectionContext
  readonly #encoder: Encoder
  #requests = noRequests
  #next = 0
  #text = ""
  #transfers: Array<BufferedTransfer> | undefined
  #body: OutgoingBody | undefined
  /** The list whose items are being made, and the index of the next one. */
  #list: LazyList | undefined
  #item = 0
  #parts: Iterable<string> | undefined
  #isOver = false
  /** What is left of the quantum. */
  #left = quantum

  constructor(context: ConnectionContext, encoder: Encoder) {
    this.#context = context
    this.#encoder = encoder
  }

  /** Whether the last reply of the connection was added. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether all requests are answered. */
  get isEmpty(): boolean {
    return (
      this.#next === this.#requests.length
      && this.#running === undefined
      && this.#list === undefined
    )
  }

  /** The transaction whose requests are being answered; they come before those of the read. */
  get #running(): Transaction | undefined {
    const { transaction } = this.#context
    return transaction?.isRunning === true ? transaction : undefined
  }

  /** Whether there is something to write. */
  get hasText(): boolean {
    return this.#text !== ""
  }

  /** Tells the connection of changes that it follows; ends its input where it may have missed some. Only between requests. */
  tell(): void {
    const { peer, subscriber } = this.#context
    if (subscriber === undefined) return
    const { isLost, reply } = subscriber.next()
    if (reply !== undefined) this.add({ reply })
    if (isLost) peer.ended("behind")
  }

  /** Begins with the requests of another read. */
  begin(requests: ReadonlyArray<Request>): void {
    this.#requests = requests
    this.#next = 0
  }

  /**
   * Answers requests until all are answered, the quantum is used up, the write is full or ends in a streamed body, or a
   * request needs an effect, which is returned: its reply must be added before the next step. So a connection holds one
   * open file and one write in memory, however many requests came at once. With an effect for each request, sixteen that
   * came together took twice the time.
   */
  step(): PendingReply | undefined {
    while (!this.isEmpty && !this.#isFull) {
      const answer = this.#list === undefined ? this.#answerRequest() : this.#answerItem(this.#list)
      if (answer === undefined) break
      this.#left -= 1
      if (Effect.isEffect(answer)) {
        this.#left -= costOfEffect - 1
        return answer
      }
      this.add({ reply: answer })
    }
    return undefined
  }

  #answerRequest(): Answer | HttpAnswer | undefined {
    const running = this.#running
    const request = running === undefined ? this.#requests[this.#next++] : running.next()
    return request === undefined
      ? undefined
      : dispatch(this.#context, request, running !== undefined)
  }

  #answerItem(list: LazyList): Answer {
    const answer = list.item(this.#item++)
    if (this.#item === list.length) {
      this.#list = undefined
      this.#context.listHeld = 0
    }
    return answer
  }

  get #isFull(): boolean {
    return (
      this.#left <= 0
      || this.#text.length >= bufferSize
      || this.#body !== undefined
      || this.#parts !== undefined
      || this.#isOver
    )
  }

  /** Encodes a reply behind the others. */
  add(settled: SettledReply): void {
    const { release, reply, since } = settled
    if (reply._tag === "HttpReply") return this.#addHttp(reply, settled)
    this.#isOver = reply._tag === "CloseAfterReply"
    if ((reply._tag === "List" || reply._tag === "Texts") && Reply.lengthOf(reply) > longList) {
      this.#parts = this.#encoder.listParts(reply)
      return
    }
    this.#text += this.#encoder.head(reply)
    if (reply._tag === "LazyList" && reply.length > 0) {
      this.#list = reply
      this.#item = 0
      this.#context.listHeld = reply.held
    }
    const body = Reply.bodyOf(reply)
    if (body === undefined) return
    const tail = this.#encoder.tail(reply)
    if ("bytes" in body) {
      this.#body = { of: body, bytes: body.bytes, isTransfer: true, since, tail, release }
      return
    }
    this.#text += body.buffered + tail
    this.#context.server.stats.transfersCompleted += 1
    this.#note({ of: body, size: body.size, since }, "transfer.ended")
  }

  #addHttp(
    { bodySize, bytes, exchange, isLast, isTransfer, text }: HttpReply,
    { release, since }: SettledReply
  ): void {
    this.#isOver = isLast
    this.#text += text
    if (bytes === undefined) this.#note({ of: exchange, size: bodySize, since }, "http.request")
    else this.#body = { of: exchange, bytes, isTransfer, since, tail: "", release }
  }

  /** Collects what is to be logged once it is sent; not if it would not be logged: for small files a line's fields cost more than the reply. */
  #note(transfer: BufferedTransfer, event: Event): void {
    if (!this.#context.server.eventLog.allows(event)) return
    this.#transfers ??= []
    this.#transfers.push(transfer)
  }

  /** Returns the collected replies, and begins with the next write. */
  take(): Outgoing {
    const outgoing = {
      text: this.#text,
      transfers: this.#transfers,
      body: this.#body,
      parts: this.#parts
    }
    this.#text = ""
    this.#transfers = undefined
    this.#body = undefined
    this.#parts = undefined
    this.#left = quantum
    // Otherwise the answered requests would stay in memory until the next read.
    if (this.isEmpty) this.begin(noRequests)
    return outgoing
  }
}
