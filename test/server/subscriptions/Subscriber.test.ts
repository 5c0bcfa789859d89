/** What subscribers are told, and that those who are told the same share it. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as ByteString from "../../../src/domain/ByteString.ts"
import type * as Reply from "../../../src/domain/Reply.ts"
import { makeServerSubscriptions } from "../../../src/server/subscriptions/ServerSubscriptions.ts"
import { Subscriber } from "../../../src/server/subscriptions/Subscriber.ts"
import { Stats } from "../../../src/telemetry/Stats.ts"
import { created, deleted, recorderOf, rescan } from "../../support/values/Changes.ts"

const set = "__keyevent@0__:set"
const del = "__keyevent@0__:del"

/** A log, and subscribers of it that follow these channels and patterns, in this order. */
const setUp = Effect.gen(function* () {
  const stats = Context.get(yield* Layer.build(Stats.layer), Stats)
  const recorder = recorderOf()
  const server = makeServerSubscriptions(recorder.changes, stats)
  const subscribe = (
    channels: ReadonlyArray<string>,
    patterns: ReadonlyArray<string> = []
  ): Subscriber => {
    const subscriber = new Subscriber(server)
    for (const name of channels) subscriber.add("channel", ByteString.fromText(name))
    for (const name of patterns) subscriber.add("pattern", ByteString.fromText(name))
    return subscriber
  }
  return { ...recorder, subscribe }
})

const textsOf = (reply: Reply.Reply | undefined): ReadonlyArray<string> =>
  reply?._tag === "Pushes"
    ? reply.pushes.map((push) =>
        push.map((item) => (item._tag === "Bulk" ? item.value : item._tag)).join(" ")
      )
    : []

describe("subscribers at the same place", () => {
  it.effect("share what they are told where they follow the same", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const one = subscribe([set, del], ["x*"])
      const same = subscribe([del, set], ["x*"])
      const less = subscribe([set], ["x*"])
      record([created("a"), deleted("b")])
      const { reply } = one.next()
      assert.deepStrictEqual(textsOf(reply), [`message ${set} a`, `message ${del} b`])
      assert.strictEqual(same.next().reply, reply)
      assert.deepStrictEqual(textsOf(less.next().reply), [`message ${set} a`])
      assert.isFalse(one.hasNews || same.hasNews || less.hasNews)
    })
  )

  it.effect("are told of their patterns in the order in which they follow them", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const one = subscribe([], ["*:set", "__keyevent*"])
      const other = subscribe([], ["__keyevent*", "*:set"])
      record([created("a")])
      const told = [`pmessage *:set ${set} a`, `pmessage __keyevent* ${set} a`]
      assert.deepStrictEqual(textsOf(one.next().reply), told)
      assert.deepStrictEqual(textsOf(other.next().reply), told.toReversed())
    })
  )

  it.effect("are told of later changes, and of what they follow now", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const [one, late] = [subscribe([set]), subscribe([set])]
      record([created("a")])
      assert.deepStrictEqual(textsOf(one.next().reply), [`message ${set} a`])
      record([created("b")])
      assert.deepStrictEqual(textsOf(one.next().reply), [`message ${set} b`])
      assert.deepStrictEqual(textsOf(late.next().reply), [`message ${set} a`, `message ${set} b`])
      late.add("channel", ByteString.fromText(del))
      record([created("d"), deleted("e")])
      assert.deepStrictEqual(textsOf(one.next().reply), [`message ${set} d`])
      assert.deepStrictEqual(textsOf(late.next().reply), [`message ${set} d`, `message ${del} e`])
      const both = subscribe([set, del])
      late.remove("channel", ByteString.fromText(set))
      record([created("c"), deleted("f")])
      assert.deepStrictEqual(textsOf(one.next().reply), [`message ${set} c`])
      assert.deepStrictEqual(textsOf(both.next().reply), [`message ${set} c`, `message ${del} f`])
      assert.deepStrictEqual(textsOf(late.next().reply), [`message ${del} f`])
    })
  )

  it.effect("are told of a pattern though one of them left the channel of the same name", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const [left, other] = [subscribe([set], [set]), subscribe([], [set])]
      left.remove("channel", ByteString.fromText(set))
      record([created("a")])
      const told = [`pmessage ${set} ${set} a`]
      assert.deepStrictEqual(textsOf(left.next().reply), told)
      assert.deepStrictEqual(textsOf(other.next().reply), told)
    })
  )

  it.effect("mix up no channels with patterns, where one has an empty name", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const [channels, patterns] = [subscribe(["", set]), subscribe([], [set, ""])]
      record([created("a")])
      assert.deepStrictEqual(textsOf(channels.next().reply), [`message ${set} a`])
      assert.deepStrictEqual(textsOf(patterns.next().reply), [`pmessage ${set} ${set} a`])
    })
  )

  it.effect("mix up no names, whatever stands in them", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const one = subscribe([`${set},x`])
      const other = subscribe([set, "x"])
      const pattern = subscribe([], [set, "x"])
      record([created("a")])
      assert.isUndefined(one.next().reply)
      assert.deepStrictEqual(textsOf(other.next().reply), [`message ${set} a`])
      assert.deepStrictEqual(textsOf(pattern.next().reply), [`pmessage ${set} ${set} a`])
    })
  )

  it.effect("hear of a gap each, or are to be closed", () =>
    Effect.gen(function* () {
      const { record, subscribe } = yield* setUp
      const [one, same] = [subscribe([set]), subscribe([set])]
      const other = subscribe(["arquivos"])
      record([rescan])
      assert.isTrue(one.next().isLost)
      assert.isTrue(same.next().isLost)
      assert.isFalse(other.next().isLost)
    })
  )
})
