/**
 * Writes into a device or a FIFO, which must not be replaced by a file. Which paths are such is decided by
 * cli/client/Questions.
 */
import { Effect, Schedule, type Scope } from "effect"
import { close, constants, open, write } from "node:fs"
import { Socket } from "node:net"
import type { TakeBytes } from "../files/FileStream.ts"
import { SaveFailed } from "../files/Placement.ts"

/** How long to wait before trying again to open a FIFO without a reader. */
const pause = "100 millis"

const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants

/** Opens for writing, without creating or truncating. */
const openWith = (path: string, flags: number) =>
  Effect.callback<number, NodeJS.ErrnoException>((resume) => {
    open(path, O_WRONLY | O_NOCTTY | flags, (error, file) =>
      resume(error === null ? Effect.succeed(file) : Effect.fail(error))
    )
  })

/** Opens a device; a partial write is continued. */
const device = (path: string) =>
  Effect.acquireRelease(openWith(path, 0), (file) =>
    Effect.callback<void>((resume) => close(file, () => resume(Effect.void)))
  ).pipe(
    Effect.map((file) => {
      const writeFrom = (
        bytes: Uint8Array,
        start: number
      ): Effect.Effect<void, NodeJS.ErrnoException> =>
        Effect.callback<number, NodeJS.ErrnoException>((resume) => {
          write(file, bytes, start, (error, written) =>
            resume(error === null ? Effect.succeed(written) : Effect.fail(error))
          )
        }).pipe(
          Effect.flatMap((written) =>
            start + written < bytes.length ? writeFrom(bytes, start + written) : Effect.void
          )
        )
      return (bytes: Uint8Array) => writeFrom(bytes, 0)
    })
  )

/**
 * Opens a FIFO once it has a reader. A blocking open would wait on a thread that cannot be cancelled, and Node waits for
 * its threads when it exits: an interrupted client did not end.
 */
const fifo = (path: string) =>
  Effect.acquireRelease(
    Effect.map(
      openWith(path, O_NONBLOCK),
      (fd) => new Socket({ fd, readable: false, writable: true })
    ),
    (socket) => Effect.sync(() => socket.destroy())
  ).pipe(
    Effect.retry({ while: ({ code }) => code === "ENXIO", schedule: Schedule.spaced(pause) }),
    Effect.map((socket) => {
      // The callback of each write has the same error.
      socket.on("error", () => undefined)
      return (bytes: Uint8Array) =>
        Effect.callback<void, Error>((resume) => {
          socket.write(bytes, (error) =>
            resume(error === null || error === undefined ? Effect.void : Effect.fail(error))
          )
        })
    })
  )

/** Opens a device, or a FIFO once it has a reader, for writing. It is closed with the scope. Fails with `SaveFailed`. */
export const openSpecial = (
  path: string,
  type: "Device" | "FIFO"
): Effect.Effect<TakeBytes, SaveFailed, Scope.Scope> => {
  const failed = (cause: unknown) => new SaveFailed({ path, cause })
  return (type === "FIFO" ? fifo(path) : device(path)).pipe(
    Effect.mapError(failed),
    Effect.map(
      (write): TakeBytes =>
        (bytes) =>
          Effect.mapError(write(bytes), failed)
    )
  )
}
