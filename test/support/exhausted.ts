/**
 * A process of its own, for a test that needs one: shares the folder given, uses up its descriptors, asks for a file,
 * gives the descriptors back and asks again. Prints what came of it, one word an answer.
 */
import { Effect } from "effect"
import { closeSync, openSync } from "node:fs"
import { directoryStore, fileName, selection } from "./Stores.ts"

const [folder = "", name = ""] = process.argv.slice(2)

const exhaust = Effect.acquireRelease(
  Effect.sync(() => {
    const descriptors: Array<number> = []
    try {
      for (;;) descriptors.push(openSync("/dev/null", "r"))
    } catch {
      return descriptors
    }
  }),
  (descriptors) => Effect.sync(() => descriptors.forEach((descriptor) => closeSync(descriptor)))
)

const outcome = <A, E extends { readonly _tag: string }, R>(asked: Effect.Effect<A, E, R>) =>
  Effect.match(asked, { onFailure: ({ _tag }) => _tag, onSuccess: () => "ok" })

const program = Effect.gen(function* () {
  const store = yield* directoryStore(folder)
  const ask = Effect.all([
    outcome(store.describe(fileName(name))),
    outcome(store.list(selection()))
  ])
  const without = yield* Effect.scoped(Effect.andThen(exhaust, ask))
  return [...without, ...(yield* ask)].join(" ")
})

process.stdout.write(await Effect.runPromise(Effect.scoped(program)))
