/** Standard output and standard error, with their back-pressure: a slow reader makes us wait, a gone one ends us. */
import { Effect, Stdio, Stream } from "effect"

/** Writes to standard output. */
export const print = (text: string) =>
  Stdio.Stdio.use((stdio) => Stream.run(Stream.succeed(text), stdio.stdout()))

/** Streams bytes, exact, to standard output. */
export const printBytes = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) =>
  Stdio.Stdio.use((stdio) => Stream.run(bytes, stdio.stdout()))

/** Writes a line to standard error. */
export const complain = (line: string) =>
  Stdio.Stdio.use((stdio) => Effect.ignore(Stream.run(Stream.succeed(`${line}\n`), stdio.stderr())))
