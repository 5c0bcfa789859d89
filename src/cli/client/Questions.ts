/** How the flags say to ask: of which kind the server is, and where `--output` has files go. */
import { Effect, FileSystem, Path, Stdio, Stream } from "effect"
import type { Connectors } from "../../client/Connector.ts"
import { intoFolder, toFile } from "../../client/Placement.ts"
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

/** Asks as the flags say. */
export interface Questions {
  readonly parse: (args: Args) => Requests.Request
  readonly answer: (
    request: Requests.Request
  ) => Stream.Stream<Result, Requests.AnswerError, Requests.Environment | Stdio.Stdio>
  /** Whether bytes go to standard output as they come, so that only one question may be asked at a time. */
  readonly isStreaming: boolean
}

const isFolder = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return yield* Effect.match(fileSystem.stat(path), {
    onFailure: () => false,
    onSuccess: ({ type }) => type === "Directory"
  })
})

/** `-`, `FILE`, `FOLDER/` or an existing folder. */
const destinationOf = Effect.fnUntraced(function* (output: string) {
  if (output === "-") {
    const stdio = yield* Stdio.Stdio
    const sink: Requests.Destination = {
      _tag: "Sink",
      write: (bytes) => Effect.provideService(printBytes(Stream.succeed(bytes)), Stdio.Stdio, stdio)
    }
    return sink
  }
  const { sep } = yield* Path.Path
  const isInto = output.endsWith("/") || output.endsWith(sep) || (yield* isFolder(output))
  return isInto ? intoFolder(output) : toFile(output)
})

/** Asks over these connections. */
export const makeQuestions = (
  { original, output, ...options }: Options,
  connectors: Connectors
): Questions => ({
  parse: (args) => Requests.parse(args, original),
  // Where files go is found out for each question: at a menu, folders come and go meanwhile.
  answer: (request) =>
    output === undefined
      ? Requests.answer(request, { ...options, destination: undefined }, connectors)
      : Stream.unwrap(
          Effect.map(destinationOf(output), (destination) =>
            Requests.answer(request, { ...options, destination }, connectors)
          )
        ),
  isStreaming: output === "-"
})
