/** A file that is fetched through a proxy, which can hold or cut the connection in the middle of it. */
import { assert } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Proxy from "./fakes/Proxy.ts"
import { serveFolder } from "./programs/TestServer.ts"
import { folderWith, temporaryFolder } from "./stores/TemporaryFolder.ts"
import { contents, fetchInto } from "./Transfers.ts"

const MiB = 1024 * 1024

/** More than the systems' buffers between two processes hold, so that the server stops in the middle of it, in bytes. */
export const large = 32 * MiB

/** The folder holds the file, with these bytes, and nothing else. */
export const isWhole = (folder: string, bytes: Uint8Array): void => {
  assert.deepStrictEqual(contents(folder), ["file.bin"])
  assert.isTrue(readFileSync(join(folder, "file.bin")).equals(bytes))
}

/** A server that shares one file, a proxy in front of it, and an empty folder to fetch into. */
export const proxied = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const shared = yield* folderWith({ "file.bin": bytes })
  const proxy = yield* Proxy.make(yield* serveFolder(shared))
  const folder = yield* temporaryFolder
  return { source: join(shared, "file.bin"), proxy, folder, target: join(folder, "file.bin") }
})

/**
 * Fetches a file of more than the systems' buffers between two processes hold, which is changed once its first bytes
 * have arrived; what became of it.
 */
export const fetchChanging = Effect.fnUntraced(function* (
  before: Uint8Array,
  change: (source: string) => void,
  { cut = false, verify = true }: { readonly cut?: boolean; readonly verify?: boolean } = {}
) {
  const { folder, proxy, source, target } = yield* proxied(before)
  const held = proxy.hold(MiB)
  const run = yield* Effect.forkChild(
    // It waits before it begins anew.
    TestClock.withLive(fetchInto(folder, "file.bin", proxy.address, { retries: 3, verify }))
  )
  yield* held.reached
  change(source)
  yield* cut ? held.cut : held.release
  yield* Fiber.join(run)
  assert.deepStrictEqual(contents(folder), ["file.bin"])
  return readFileSync(target)
})
