/** Writing to standard output and standard error. A slow reader makes the writer wait; a closed pipe fails standard output. */
import { Effect, Stdio, Stream } from "effect"

/** Writes text to standard output. */
export const print = (text: string) =>
  Stdio.Stdio.use((stdio) => Stream.run(Stream.succeed(text), stdio.stdout()))

/** Writes bytes to standard output, unescaped. */
export const printBytes = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) =>
  Stdio.Stdio.use((stdio) => Stream.run(bytes, stdio.stdout()))

/** Writes a line to standard error; ignores that nobody reads it. */
export const printError = (line: string) =>
  Stdio.Stdio.use((stdio) => Effect.ignore(Stream.run(Stream.succeed(`${line}\n`), stdio.stderr())))
