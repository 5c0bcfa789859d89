/**
 * What stands under a file's name and is no file, a device or a FIFO: it is written into as it is, and never replaced.
 * What the bytes are is not known here.
 */
import { Effect, Schedule, type Scope } from "effect"
import { close, constants, open, write } from "node:fs"
import { Socket } from "node:net"
import type { TakeBytes } from "../files/FileStream.ts"
import { SaveFailed } from "../files/Placement.ts"

/** How long to wait before looking again for a FIFO's reader. */
const pause = "100 millis"

const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants

/** Opens for writing: nothing is made, and nothing cut short. */
const openWith = (path: string, flags: number) =>
  Effect.callback<number, NodeJS.ErrnoException>((resume) => {
    open(path, O_WRONLY | O_NOCTTY | flags, (error, file) =>
      resume(error === null ? Effect.succeed(file) : Effect.fail(error))
    )
  })

/** A device: whatever it cannot take at once is waited for. */
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
 * A FIFO, once somebody reads from it. A plain opening waits for the reader on a thread that nothing can call back, and
 * Node waits for its threads when it ends: a client that was interrupted meanwhile stayed.
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
      // A write that fails says so by itself.
      socket.on("error", () => undefined)
      return (bytes: Uint8Array) =>
        Effect.callback<void, Error>((resume) => {
          socket.write(bytes, (error) =>
            resume(error === null || error === undefined ? Effect.void : Effect.fail(error))
          )
        })
    })
  )

/** Opens a device, or a FIFO once it has a reader; it is closed with the scope. */
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
