/**
 * A process of its own, for a test that needs one: shares the folder given, opens a file, uses up its descriptors, asks
 * for the file, for a list and for the open file's digest, gives the descriptors back and asks again. Prints what came
 * of it, one word an answer.
 */
import { Effect } from "effect"
import { closeSync, openSync } from "node:fs"
import { directoryStore, selection } from "../stores/Stores.ts"
import { fileName } from "../values/Names.ts"

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
  const open = yield* store.open(fileName(name))
  const ask = Effect.all([
    outcome(store.describe(fileName(name))),
    outcome(store.list(selection())),
    outcome(open.sha256)
  ])
  // A thread is put in the place of the one that could not begin, and fails in its own time, with nobody waiting for it.
  const without = yield* Effect.scoped(
    Effect.andThen(exhaust, Effect.tap(ask, Effect.sleep("200 millis")))
  )
  // That is found out by using it.
  yield* outcome(open.sha256)
  return [...without, ...(yield* ask)].join(" ")
})

process.stdout.write(await Effect.runPromise(Effect.scoped(program)))
