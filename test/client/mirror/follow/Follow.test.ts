/** In which order a mirror that follows asks and compares, by a server that says what the test tells it to. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { follow } from "../../../../src/client/mirror/follow/Follow.ts"
import * as Reply from "../../../../src/domain/Reply.ts"
import { connectorOf, info, lost, none, read } from "../../../support/values/ToldChanges.ts"

class Fault extends Data.TaggedError("Fault")<{}> {}

/** What happens: what is asked, with the place, and what is compared. */
const happening = Effect.fnUntraced(function* (
  replies: Parameters<typeof connectorOf>[0],
  {
    compareNames = () => Effect.succeed(true),
    until
  }: { readonly compareNames?: () => Effect.Effect<boolean, Fault>; readonly until: string }
) {
  const events: Array<string> = []
  const fiber = yield* Effect.forkChild(
    follow<Fault, never>({
      connector: connectorOf(replies, (request) => events.push(request)),
      wait: 1000,
      every: Duration.seconds(30),
      isAlwaysCompared: false,
      isSelected: (name) => !name.startsWith("no/"),
      compareAll: Effect.sync(() => events.push("all") > 0),
      compareNames: (names) =>
        Effect.andThen(
          Effect.sync(() => events.push([...names].join())),
          Effect.suspend(compareNames)
        ),
      onFailure: ({ _tag }) => Effect.sync(() => void events.push(_tag))
    })
  )
  for (let second = 0; second < 100 && !events.includes(until); second++)
    yield* TestClock.adjust("1 second")
  fiber.interruptUnsafe()
  return events
})

describe("a mirror that follows", () => {
  it.effect("takes its place, compares everything, then the names that changes are about", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* happening(
          [
            info("17-4"),
            Reply.Reply.Null(),
            read(["17-5", "apagado", "a"], ["17-6", "apagado", "no/b"], ["17-7", "apagado", "c"]),
            read(["17-8", "apagado", "no/d"])
          ],
          { until: "XREAD 17-8" }
        ),
        ["XINFO", "all", "XREAD 17-4", "XREAD 17-4", "a,c", "XREAD 17-7", "XREAD 17-8"]
      )
    })
  )

  it.effect(
    "goes on behind the last change where the connection was lost, and compares nothing",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* happening(
            [
              info("17-4"),
              read(["17-5", "apagado", "a"]),
              lost,
              lost,
              read(["17-6", "apagado", "b"])
            ],
            { until: "XREAD 17-6" }
          ),
          [
            "XINFO",
            "all",
            "XREAD 17-4",
            "a",
            "XREAD 17-5",
            "ConnectionLost",
            "XREAD 17-5",
            "ConnectionLost",
            "XREAD 17-5",
            "b",
            "XREAD 17-6"
          ]
        )
      })
  )

  it.effect("compares everything where changes may have been missed, or are too many", () =>
    Effect.gen(function* () {
      const many = Array.from(
        { length: 2001 },
        (_, index) => [`17-${index + 10}`, "apagado", `f${index}`] as const
      )
      assert.deepStrictEqual(
        yield* happening(
          [info("17-4"), read(["18-0", "refazer"]), info("18-3"), read(...many), info("18-4")],
          { until: "XREAD 18-4" }
        ),
        ["XINFO", "all", "XREAD 17-4", "XINFO", "all", "XREAD 18-3", "XINFO", "all", "XREAD 18-4"]
      )
    })
  )

  it.effect("compares everything in intervals while the server tells of no changes", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* happening([info("17-4"), none, none, none, info("17-9")], { until: "XREAD 17-9" }),
        ["XINFO", "all", "XREAD 17-4", "XINFO", "all", "XINFO", "all", "XINFO", "all", "XREAD 17-9"]
      )
    })
  )

  it.effect(
    "asks for the same changes again after a failure, and for everything where one stays",
    () =>
      Effect.gen(function* () {
        let attempts = 0
        const news = read(["17-5", "apagado", "a"])
        // Half a minute, a second each.
        const quiet = Array.from({ length: 30 }, () => Reply.Reply.Null())
        assert.deepStrictEqual(
          yield* happening([info("17-4"), news, news, ...quiet, info("17-6")], {
            until: "XREAD 17-6",
            compareNames: () =>
              attempts++ === 0 ? Effect.fail(new Fault()) : Effect.succeed(false)
          }),
          [
            "XINFO",
            "all",
            "XREAD 17-4",
            "a",
            "Fault",
            "XREAD 17-4",
            "a",
            ...quiet.map(() => "XREAD 17-5"),
            "XINFO",
            "all",
            "XREAD 17-6"
          ]
        )
      })
  )
})
