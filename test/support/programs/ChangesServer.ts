/** A server without files, of whose changes a test tells, and a client of it. */
import { Effect } from "effect"
import { connect } from "../peers/RawSocket.ts"
import { recorderOf } from "../values/Changes.ts"
import { emptyStore, serve, type TestOptions } from "./TestServer.ts"

/** Serves the changes of a log, and connects. */
export const serveChanges = (options: TestOptions = {}, recorder = recorderOf()) =>
  Effect.gen(function* () {
    const address = yield* serve(emptyStore, { ...options, changes: recorder.changes })
    return { recorder, address, client: yield* connect(address) }
  })

/** What is answered where nobody looks for changes. */
export const noChanges = Buffer.from(
  "-NOCHANGES Este servidor não acompanha mudanças.\r\n"
).toString("latin1")
