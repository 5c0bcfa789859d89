import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { MalformedReply } from "../../src/codec/resp/RespTokens.ts"
import { Connection, ErrorReply } from "../../src/client/Connection.ts"
import { makeConnector } from "../../src/client/Connector.ts"
import { type Losses, noLosses, type RetryPolicy } from "../../src/client/Losses.ts"
import { ConnectFailed, ConnectionLost, SlowTransfer } from "../../src/client/SocketIO.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ByteString from "../../src/domain/ByteString.ts"

/** What each connection in turn makes of the next reply; the last is every further one's. */
type Receive = Connection["Service"]["receive"]

const time = [ByteString.fromText("HORA")]

/** What is read where the server refused the greeting, and where the request takes that for its own answer. */
const refusal = new ErrorReply({ code: "LOADING", message: "x" })
const refused: Receive = Effect.fail(refusal)
const takenForItsOwn: Receive = Effect.succeed(
  Reply.Reply.Error({ code: refusal.code, message: refusal.message })
)

const receive = Effect.flatMap(Connection, ({ receive }) => receive)

/** A connector whose connections behave like this, and how many were made. */
const connectorTo = Effect.fnUntraced(function* (
  receives: ReadonlyArray<Receive>,
  policy: Partial<RetryPolicy> = {},
  losses: Losses = noLosses(),
  send: Connection["Service"]["send"] = () => Effect.void
) {
  let made = 0
  const connection = Layer.effect(
    Connection,
    Effect.suspend(() => {
      const receive = receives[Math.min(made, receives.length - 1)]
      made += 1
      return receive === undefined
        ? Effect.fail(new ConnectFailed({ timedOut: false, cause: undefined }))
        : Effect.succeed({
            send,
            receive,
            receiveTokens: () => Effect.never,
            receiveFile: Effect.never,
            receiveContent: Effect.never,
            isRefused: () => receive === refused || receive === takenForItsOwn
          })
    })
  )
  const connector = yield* makeConnector(
    connection,
    {
      retries: 2,
      counting: "over all",
      pause: () => Duration.zero,
      onRetry: () => Effect.void,
      ...policy
    },
    losses
  )
  return { ask: connector.ask(() => time, receive), connections: () => made }
})

const lost = new ConnectionLost({ cause: undefined })
const answers: Receive = Effect.succeed(Reply.ok)

/** As OpenSSL has it where the server refuses the client's certificate. */
const certificateRefused = new ConnectionLost({
  cause: Object.assign(new Error("alert"), { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" })
})

describe("a lost connection", () => {
  it.effect.each([
    { loss: lost },
    { loss: new SlowTransfer({ bytesPerSecond: 1024, seconds: 30 }) }
  ])("is made again, and the request sent again: $loss._tag", ({ loss }) =>
    Effect.gen(function* () {
      const { ask, connections } = yield* connectorTo([Effect.fail(loss), answers])
      assert.deepStrictEqual(yield* ask, Reply.ok)
      assert.strictEqual(connections(), 2)
    })
  )

  it.effect("is final once the policy's reconnections are used up", () =>
    Effect.gen(function* () {
      const { ask, connections } = yield* connectorTo([Effect.fail(lost)])
      assert.strictEqual(yield* Effect.flip(ask), lost)
      assert.strictEqual(connections(), 3)
    })
  )

  it.effect("is final for all who waited on it, none of whom connects again", () =>
    Effect.gen(function* () {
      const { ask, connections } = yield* connectorTo([
        Effect.andThen(Effect.yieldNow, Effect.fail(lost))
      ])
      const exits = yield* Effect.all(
        Array.from({ length: 64 }, () => Effect.exit(ask)),
        { concurrency: "unbounded" }
      )
      assert.isTrue(exits.every(Exit.isFailure))
      assert.strictEqual(connections(), 3)
    })
  )

  it.effect("is final at once where the server refuses this client's certificate", () =>
    Effect.gen(function* () {
      const { ask, connections } = yield* connectorTo([Effect.fail(certificateRefused)])
      assert.strictEqual(yield* Effect.flip(ask), certificateRefused)
      assert.strictEqual(connections(), 1)
    })
  )
})

describe("several connections to one server", () => {
  it.effect("are made again as often as the policy says, together", () =>
    Effect.gen(function* () {
      const losses = noLosses()
      const one = yield* connectorTo([Effect.fail(lost), answers], {}, losses)
      const other = yield* connectorTo([Effect.fail(lost)], {}, losses)
      assert.deepStrictEqual(yield* one.ask, Reply.ok)
      assert.strictEqual(yield* Effect.flip(other.ask), lost)
      assert.deepStrictEqual([one.connections(), other.connections()], [2, 2])
    })
  )

  it.effect("are each given back what they lost by an answer of their own only", () =>
    Effect.gen(function* () {
      const losses = noLosses()
      const counting = "since the last answer"
      const one = yield* connectorTo([Effect.fail(lost), answers], { counting }, losses)
      const other = yield* connectorTo([Effect.fail(lost)], { counting }, losses)
      const lostFirst = yield* Effect.flip(other.ask)
      assert.deepStrictEqual([lostFirst, other.connections()], [lost, 3])
      assert.strictEqual(yield* Effect.flip(one.ask), lost)
      assert.deepStrictEqual(yield* one.ask, Reply.ok)
      assert.strictEqual(losses.count, 2)
    })
  )

  it.effect("count a second one that cannot be made, for the server may only restart", () =>
    Effect.gen(function* () {
      const losses = noLosses()
      const one = yield* connectorTo([answers], {}, losses)
      const other = yield* connectorTo([], {}, losses)
      assert.strictEqual((yield* Effect.flip(other.ask))._tag, "ConnectFailed")
      assert.deepStrictEqual([other.connections(), losses.count], [1, 0])
      yield* one.ask
      yield* Effect.flip(other.ask)
      assert.deepStrictEqual([other.connections(), losses.count], [4, 2])
    })
  )
})

describe("a reply that is not understood", () => {
  it.effect("is the last of its connection: the next request has another", () =>
    Effect.gen(function* () {
      const malformed = new MalformedReply({ reason: "x" })
      const { ask, connections } = yield* connectorTo([Effect.fail(malformed), answers])
      assert.strictEqual(yield* Effect.flip(ask), malformed)
      assert.deepStrictEqual(yield* ask, Reply.ok)
      assert.strictEqual(connections(), 2)
    })
  )
})

describe("a greeting that is refused", () => {
  it.effect("is the last of its connection for who goes on", () =>
    Effect.gen(function* () {
      const counting = "since the last answer"
      const { ask, connections } = yield* connectorTo([refused, answers], { counting })
      assert.strictEqual(yield* Effect.flip(ask), refusal)
      assert.deepStrictEqual(yield* ask, Reply.ok)
      assert.strictEqual(connections(), 2)
    })
  )

  it.effect("is so as well where a request takes it for its own answer", () =>
    Effect.gen(function* () {
      const counting = "since the last answer"
      const { ask, connections } = yield* connectorTo([takenForItsOwn, answers], { counting })
      yield* ask
      assert.deepStrictEqual(yield* ask, Reply.ok)
      assert.strictEqual(connections(), 2)
    })
  )

  it.effect("is none where the error is a request's own: the next has the same connection", () =>
    Effect.gen(function* () {
      const own: Receive = Effect.fail(new ErrorReply({ code: "WRONGPASS", message: "x" }))
      const counting = "since the last answer"
      const { ask, connections } = yield* connectorTo([own, answers], { counting })
      for (let request = 0; request < 2; request++) yield* Effect.flip(ask)
      assert.strictEqual(connections(), 1)
    })
  )

  it.effect("is repeated by no request of a batch", () =>
    Effect.gen(function* () {
      const { ask, connections } = yield* connectorTo([refused])
      for (let line = 0; line < 3; line++) assert.strictEqual(yield* Effect.flip(ask), refusal)
      assert.strictEqual(connections(), 1)
    })
  )
})

describe("a request that is interrupted", () => {
  for (const where of ["while it is sent", "while it waits for its reply"] as const)
    it.effect(`${where} is the last of its connection: those behind it have another`, () =>
      Effect.gen(function* () {
        const reached = yield* Deferred.make<void>()
        let isFirst = true
        /** The first request gets no further than this. */
        const stop = Effect.suspend(() => {
          if (!isFirst) return Effect.void
          isFirst = false
          return Effect.andThen(Deferred.succeed(reached, undefined), Effect.never)
        })
        const isSending = where === "while it is sent"
        const { ask, connections } = yield* connectorTo(
          [isSending ? answers : Effect.andThen(stop, answers), answers],
          {},
          noLosses(),
          () => (isSending ? stop : Effect.void)
        )
        const first = yield* Effect.forkChild(ask, { startImmediately: true })
        yield* Deferred.await(reached)
        const second = yield* Effect.forkChild(ask, { startImmediately: true })
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(yield* Fiber.join(second), Reply.ok)
        assert.deepStrictEqual(yield* ask, Reply.ok)
        assert.strictEqual(connections(), 2)
      })
    )
})
