/** The changes of a folder of this machine. */
import { Effect, Logger } from "effect"
import { make, type Options } from "../../../src/services/files/directory/watch/DirectoryChanges.ts"

/** The log of the changes of this folder from the first on, watched unless the options say otherwise, until the scope closes. */
export const changesOf = (folder: string, options: Partial<Options> = {}) =>
  make({ folder, hidden: false, capacity: 10_000_000, ...options }).pipe(
    Effect.tap((changes) => changes.started),
    Effect.provide(Logger.layer([]))
  )
