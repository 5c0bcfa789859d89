/** Small files on this machine's file systems: a SmallFileWriter through Node. */
import { Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import {
  type Found,
  type SmallFile,
  SmallFileWriter,
  type Written
} from "../files/small/SmallFileWriter.ts"
import { sha256Of } from "./Sha256.ts"
import { codeOf, needsSync, syncAll, syncNames, writeFile } from "./SystemCalls.ts"

const other: Found = { _tag: "Other" }

const lookAt = (place: string): Found => {
  try {
    const stats = fs.statSync(place, { throwIfNoEntry: false })
    if (stats !== undefined) return stats.isFile() ? { _tag: "File", size: stats.size } : other
    // A link that leads nowhere is replaced.
    return { _tag: "Nothing" }
  } catch {
    return other
  }
}

const digestOf = (place: string): string | undefined => {
  try {
    return sha256Of([fs.readFileSync(place)])
  } catch {
    return undefined
  }
}

/** A name for a file that is not whole, short enough beside any target; Leftovers knows it by its form. */
const temporaryBeside = (place: string): string =>
  join(dirname(place), `.${randomBytes(5).toString("hex")}.part`)

/** A file on its way to its place. */
interface Staged {
  readonly place: string
  readonly path: string
  readonly keepsTimes: boolean
}

const failed = (cause: unknown): Written => ({ _tag: "Failed", cause })

const remove = (path: string): void => {
  try {
    fs.unlinkSync(path)
  } catch {
    // Leftovers removes it after an hour.
  }
}

const stage = ({ bytes, modified, place }: SmallFile): Staged | Written => {
  const path = temporaryBeside(place)
  try {
    return { place, path, keepsTimes: writeFile(path, bytes, modified) }
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") remove(path)
    return failed(cause)
  }
}

const isStaged = (result: Staged | Written): result is Staged => "path" in result

/** Whether the file systems sync the files; throws where the disk says that it could not. */
const sync = async (staged: ReadonlyArray<Staged>): Promise<ReadonlyArray<boolean>> => {
  const folders = new Map<string, boolean>()
  const isVolatile = ({ path }: Staged): boolean => {
    const folder = dirname(path)
    const known = folders.get(folder) ?? !needsSync(folder)
    folders.set(folder, known)
    return known
  }
  const lasting = staged.filter((file) => !isVolatile(file))
  const synced = await syncAll(lasting.map(({ path }) => path))
  const results = new Map(lasting.map((file, index) => [file, synced[index] ?? false]))
  return staged.map((file) => results.get(file) ?? true)
}

/** A file in its place. */
interface Renamed {
  readonly place: string
  readonly keepsTimes: boolean
  /** Whether the file system syncs its bytes. */
  readonly isSynced: boolean
}

const isRenamed = (result: Renamed | Written): result is Renamed => "place" in result

const rename = ({ keepsTimes, path, place }: Staged, isSynced: boolean): Renamed | Written => {
  try {
    fs.renameSync(path, place)
    return { place, keepsTimes, isSynced }
  } catch (cause) {
    remove(path)
    return failed(cause)
  }
}

/** Syncs the names of the files; a folder's failure is of all, as none of them is known to be on disk then. */
const syncRenamed = async (
  results: ReadonlyArray<Renamed | Written>
): Promise<ReadonlyArray<Written>> => {
  const named = await syncNames(results.filter(isRenamed).map(({ place }) => place)).catch(failed)
  let next = 0
  return results.map((result): Written => {
    if (!isRenamed(result)) return result
    if ("_tag" in named) return named
    const isSynced = result.isSynced && (named[next++] ?? false)
    return {
      _tag: "Written",
      notPreserved: [
        ...(isSynced ? [] : (["sync"] as const)),
        ...(result.keepsTimes ? [] : (["modified"] as const))
      ]
    }
  })
}

/** Writes small files, each whole or not at all. */
const write: SmallFileWriter["Service"]["write"] = (files) =>
  Effect.suspend(() => {
    const results = files.map(stage)
    const staged = results.filter(isStaged)
    return Effect.tryPromise({ try: () => sync(staged), catch: (cause) => cause }).pipe(
      Effect.match({
        onSuccess: (synced) => {
          let next = 0
          return results.map((result) =>
            isStaged(result) ? rename(result, synced[next++] ?? false) : result
          )
        },
        onFailure: (cause) => {
          for (const { path } of staged) remove(path)
          return results.map((result) => (isStaged(result) ? failed(cause) : result))
        }
      }),
      // No file that is not whole is left by who stops while the disk is waited for.
      Effect.onInterrupt(() =>
        Effect.sync(() => {
          for (const { path } of staged) remove(path)
        })
      ),
      Effect.flatMap((renamed) => Effect.promise(() => syncRenamed(renamed)))
    )
  })

/** Small files through Node. */
export const layer: Layer.Layer<SmallFileWriter> = Layer.succeed(SmallFileWriter, {
  look: (places) => Effect.sync(() => places.map(lookAt)),
  digestsOf: (places) => Effect.sync(() => places.map(digestOf)),
  write
})
