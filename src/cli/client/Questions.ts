/** Requests with the flags applied: which kind of server it is, and where `--output` saves files. */
import { Effect, FileSystem, Path, Semaphore, Stdio, Stream } from "effect"
import type { Connectors } from "../../client/Connector.ts"
import type { Sink } from "../../client/files/FileStream.ts"
import { openSpecial } from "../../client/node/SpecialFile.ts"
import { intoFolder, toFile } from "../../client/files/Placement.ts"
import * as Requests from "../../client/Requests.ts"
import type { Result } from "../../client/Result.ts"
import type { Args } from "../../commands/Argument.ts"
import { printBytes } from "../Output.ts"

/** The flags. */
export interface Options extends Omit<Requests.Options, "destination"> {
  /** `--output`, as it was given. */
  readonly output: string | undefined
  /** Whether the server is an original one, which knows only its five commands. */
  readonly original: boolean
}

/** Parses and answers requests as the flags say. */
export interface Questions {
  readonly parse: (args: Args) => Requests.Request
  readonly answer: (
    request: Requests.Request
  ) => Stream.Stream<Result, Requests.AnswerError, Requests.Environment | Stdio.Stdio>
  /** Whether bytes go to standard output as they come, so that only one request may be under way. */
  readonly isStreaming: boolean
}

/** The type of the file at the path, links followed; `undefined` where there is none. */
const typeOf = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const stats = yield* Effect.option(fileSystem.stat(path))
  return stats._tag === "None" ? undefined : stats.value.type
})

/** Where `--output` saves: `-`, `FOLDER/` or an existing folder, a device or a FIFO, else a file. `one` locks a sink. */
const destinationOf = Effect.fnUntraced(function* (output: string, one: Semaphore.Semaphore) {
  const sink = (path: string | undefined, open: Sink["open"]): Sink => ({
    _tag: "Sink",
    path,
    // The bytes of two requests would mix.
    open: Effect.andThen(
      Effect.acquireRelease(one.take(1), () => one.release(1)),
      open
    )
  })
  if (output === "-") {
    const stdio = yield* Stdio.Stdio
    return sink(
      undefined,
      Effect.succeed((bytes) =>
        Effect.provideService(printBytes(Stream.succeed(bytes)), Stdio.Stdio, stdio)
      )
    )
  }
  const { sep } = yield* Path.Path
  if (output.endsWith("/") || output.endsWith(sep)) return intoFolder(output)
  switch (yield* typeOf(output)) {
    case "Directory":
      return intoFolder(output)
    case "CharacterDevice":
    case "BlockDevice":
      return sink(output, openSpecial(output, "Device"))
    case "FIFO":
      return sink(output, openSpecial(output, "FIFO"))
    default:
      return toFile(output)
  }
})

/** Requests over these connections. */
export const makeQuestions = (
  { original, output, ...options }: Options,
  connectors: Connectors
): Questions => {
  const one = Semaphore.makeUnsafe(1)
  return {
    parse: (args) => Requests.parse(args, original),
    // Looked up for each request: at the menu, folders may come and go meanwhile.
    answer: (request) =>
      output === undefined
        ? Requests.answer(request, { ...options, destination: undefined }, connectors)
        : Stream.unwrap(
            Effect.map(destinationOf(output, one), (destination) =>
              Requests.answer(request, { ...options, destination }, connectors)
            )
          ),
    isStreaming: output === "-"
  }
}
