/**
 * Answers the requests of one read, one after the other and without an effect as far as that goes, and gathers their
 * replies for one write. What needs an effect is handed to Connection, which gives back the reply. Who answers: Dispatch.
 */
import { Effect } from "effect"
import type { Encoder, Request } from "../codec/Codec.ts"
import type { HttpReply } from "../codec/http/HttpReply.ts"
import { oneWrite } from "../domain/OneWrite.ts"
import * as Reply from "../domain/Reply.ts"
import type { ConnectionContext } from "./ConnectionContext.ts"
import { dispatch } from "./Dispatch.ts"
import type { PendingReply, SettledReply } from "./PendingReply.ts"
import type { Event } from "../telemetry/EventLog.ts"
import type { Transaction } from "./transactions/Transaction.ts"
import type { BufferedTransfer, Outgoing, OutgoingBody } from "./ReplyWriter.ts"

/** How much may be answered before others get their turn, in requests that need no effect: 1 to 3 ms of everybody's time. */
const quantum = 256
/** What one that takes an effect counts: opening a file takes up to 100 µs. */
const costOfEffect = 8

const noRequests: ReadonlyArray<Request> = []

/** The requests that came together, and those of their replies that are not yet written. */
export class ReplyBatch {
  readonly #context: ConnectionContext
  readonly #encoder: Encoder
  #requests = noRequests
  #next = 0
  #text = ""
  #transfers: Array<BufferedTransfer> | undefined
  #body: OutgoingBody | undefined
  #isOver = false
  /** What is left of the quantum. */
  #left = quantum

  constructor(context: ConnectionContext, encoder: Encoder) {
    this.#context = context
    this.#encoder = encoder
  }

  /** Whether the last reply of the connection was gathered. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether all its requests are answered. */
  get isEmpty(): boolean {
    return this.#next === this.#requests.length && this.#running === undefined
  }

  /** The transaction whose requests are being answered, if one is: they come before those of the read. */
  get #running(): Transaction | undefined {
    const { transaction } = this.#context
    return transaction?.isRunning === true ? transaction : undefined
  }

  /** Begins with the requests of another read. */
  begin(requests: ReadonlyArray<Request>): void {
    this.#requests = requests
    this.#next = 0
  }

  /**
   * Answers requests until all are, the quantum is used up, a write is full or ends in a body that is sent as it is read, or a request takes an
   * effect, whose reply is then to be added. One connection so holds one file open and one write in memory, however much
   * was asked at once. As an effect each, sixteen requests that came together took twice the time.
   */
  step(): PendingReply | undefined {
    while (!this.isEmpty && !this.#isFull) {
      const running = this.#running
      const request = running === undefined ? this.#requests[this.#next++] : running.next()
      if (request === undefined) break
      const answer = dispatch(this.#context, request)
      this.#left -= 1
      if (Effect.isEffect(answer)) {
        this.#left -= costOfEffect - 1
        return answer
      }
      this.add({ reply: answer })
    }
    return undefined
  }

  get #isFull(): boolean {
    return (
      this.#left <= 0 || this.#text.length >= oneWrite || this.#body !== undefined || this.#isOver
    )
  }

  /** Encodes a reply behind those that were gathered. */
  add(settled: SettledReply): void {
    const { release, reply, since } = settled
    if (reply._tag === "HttpReply") return this.#addHttp(reply, settled)
    this.#isOver = reply._tag === "CloseAfterReply"
    this.#text += this.#encoder.head(reply)
    const body = Reply.bodyOf(reply)
    if (body === undefined) return
    const tail = this.#encoder.tail(reply)
    if ("bytes" in body) {
      this.#body = { of: body, since, tail, release }
      return
    }
    this.#text += body.buffered + tail
    this.#note({ of: body, since }, "transfer.ended")
  }

  #addHttp({ body, exchange, head, isLast }: HttpReply, { release, since }: SettledReply): void {
    this.#isOver = isLast
    this.#text += head
    if (body !== undefined && "bytes" in body) {
      this.#body = { of: body, since, exchange, tail: "", release }
      return
    }
    if (body !== undefined) this.#text += body.buffered
    this.#note({ of: body, since, exchange }, "http.request")
  }

  /** Has the log told once it is sent. For a batch of small files, the fields of each would cost more than its reply. */
  #note(transfer: BufferedTransfer, event: Event): void {
    if (!this.#context.server.eventLog.allows(event)) return
    this.#transfers ??= []
    this.#transfers.push(transfer)
  }

  /** What was gathered, to be written. */
  take(): Outgoing {
    const outgoing = { text: this.#text, transfers: this.#transfers, body: this.#body }
    this.#text = ""
    this.#transfers = undefined
    this.#body = undefined
    this.#left = quantum
    // What was asked is not kept until something else is.
    if (this.isEmpty) this.begin(noRequests)
    return outgoing
  }
}
