/**
 * Changes files of a shared folder again and again while many connections ask for them, and counts the answers that
 * are older than the question, or no version as a whole.
 */
import { Effect, Fiber, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import type { Address } from "../../../src/domain/Address.ts"
import { type ConnectionEnded, connect, type RawSocket } from "../peers/RawSocket.ts"

/** One version of a file: 1 KiB that says 64 times which one it is. */
const contentOf = (version: number): string => String(version).padStart(16).repeat(64)

/** The version that 1 KiB is of, if it is of one. */
const versionOf = (content: string): number | undefined => {
  const version = Number(content.slice(0, 16))
  return contentOf(version) === content ? version : undefined
}

/** A way to give a file another content. */
export type Change = (path: string, content: string) => void

/** Whoever reads meanwhile gets the one content or the other. */
export const byRename: Change = (path, content) => {
  writeFileSync(`${path}.novo`, content)
  renameSync(`${path}.novo`, path)
}

/** Whoever reads meanwhile may get a part of each. */
export const inPlace: Change = (path, content) => {
  const file = openSync(path, "r+")
  writeSync(file, content)
  closeSync(file)
}

/** Whoever reads meanwhile may get less. */
export const byTruncation: Change = (path, content) => writeFileSync(path, content)

/** What came of it. */
export interface Tally {
  readonly changes: number
  /** Answers to those who ask all the time. */
  readonly answers: number
  /** Answers older than what the file was when the question was sent. */
  readonly stale: number
  /** Answers that no version of the file was. */
  readonly torn: number
}

/** How much is changed and asked. */
export interface Options {
  readonly folder: string
  readonly address: Address
  readonly change: Change
  /** Connections that ask all the time. */
  readonly askers: number
  readonly files: number
  /** How often each file is changed. */
  readonly rounds: number
}

/** A file that was changed longer ago than this may be held in memory. In milliseconds. */
const rest = 150

/** Changes each file once a round, and asks for it as soon as that is done. */
export const countStale = ({
  address,
  askers,
  change,
  files,
  folder,
  rounds
}: Options): Effect.Effect<Tally, ConnectionEnded, Scope.Scope> =>
  Effect.gen(function* () {
    /** The version of each file that is certainly there. */
    const versions = Array.from({ length: files }, () => 0)
    let answers = 0
    let stale = 0
    let torn = 0
    let latest = 0
    const nameOf = (file: number) => `arquivo${file}`
    const pathOf = (file: number) => join(folder, nameOf(file))
    for (const file of versions.keys()) writeFileSync(pathOf(file), contentOf(0))

    const ask = Effect.fnUntraced(function* (socket: RawSocket, file: number) {
      const expected = versions[file] ?? 0
      yield* socket.send(`GET ${nameOf(file)}\r\n`)
      const head = yield* socket.takeThrough("\r\n")
      // A file that shrinks while it is read is refused.
      const content = head.startsWith("$") ? yield* socket.take(Number(head.slice(1)) + 2) : ""
      const version = versionOf(content.slice(0, -2))
      if (version === undefined) torn += 1
      else if (version < expected) stale += 1
    })

    const asking = Effect.gen(function* () {
      const socket = yield* connect(address)
      for (let file = 0; ; file = (file + 7) % files) {
        yield* ask(socket, file)
        answers += 1
      }
    })
    const asked = yield* Effect.forkScoped(
      Effect.all(
        Array.from({ length: askers }, () => asking),
        { concurrency: "unbounded", discard: true }
      )
    )
    const writer = yield* connect(address)
    for (let round = 1; round <= rounds; round++) {
      // Time itself is what a file must have behind it to be held.
      yield* TestClock.withLive(Effect.sleep(rest))
      for (const file of versions.keys()) {
        yield* ask(writer, file)
        latest += 1
        change(pathOf(file), contentOf(latest))
        versions[file] = latest
        yield* ask(writer, file)
      }
    }
    yield* Fiber.interrupt(asked)
    return { changes: files * rounds, answers, stale, torn }
  })
