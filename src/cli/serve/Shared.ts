/** What `app serve` shares: a folder, as an argument, by `--dir` or found, or a bucket. Nothing is opened here. */
import { Config, Effect, FileSystem, Option } from "effect"
import type * as SharedBucket from "../../services/files/s3/SharedBucket.ts"
import { escape } from "../Escape.ts"
import { exitCode, Failure } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import * as BucketPath from "./BucketPath.ts"
import type { ServeFlags } from "./ServeFlags.ts"

/** What is shared. */
export interface Shared {
  /** The folder's path; not used where a bucket is shared. */
  readonly dir: string
  /** The folder or the bucket, as it is printed. */
  readonly name: string
}

/** The folder that is shared, where the current folder has it and none is given: the original's. */
const originalFolder = "DB"

const found = Effect.fnUntraced(function* ({ currentFolder }: Messages) {
  const fileSystem = yield* FileSystem.FileSystem
  const isThere = yield* Effect.map(
    Effect.option(fileSystem.stat(originalFolder)),
    Option.exists(({ type }) => type === "Directory")
  )
  return isThere
    ? { dir: originalFolder, name: originalFolder }
    : { dir: ".", name: currentFolder(escape(process.cwd())) }
})

/**
 * What the argument and the flags name; without any of them `DB` where the current folder has it, else the current
 * folder. An argument takes the place of APP_DIR, but not of `--dir` or `--store`: both given is a usage error.
 */
export const findShared = Effect.fnUntraced(function* (
  { dir, store }: Pick<ServeFlags, "dir" | "store">,
  folder: Option.Option<string>,
  messages: Messages
) {
  const usage = (sentence: string) => new Failure({ code: exitCode.usage, sentence })
  const variable = yield* Effect.orElseSucceed(Config.option(Config.String("APP_DIR")), () =>
    Option.none<string>()
  )
  const isFromVariable = Option.isSome(dir) && Option.contains(variable, dir.value)
  if (Option.isSome(folder)) {
    if (Option.isSome(store) || (Option.isSome(dir) && !isFromVariable)) {
      return yield* usage(messages.usage.folderAndDir(escape(folder.value)))
    }
    return { dir: folder.value, name: folder.value }
  }
  if (Option.isSome(dir) && Option.isSome(store)) return yield* usage(messages.usage.dirAndStore)
  if (Option.isSome(store)) return { dir: "", name: BucketPath.format(store.value) }
  return Option.isSome(dir) ? { dir: dir.value, name: dir.value } : yield* found(messages)
})

/** The bucket that the flags name; `undefined` where a folder is shared. */
export const bucketOf = ({
  hidden,
  s3Endpoint,
  s3Region,
  store
}: Pick<ServeFlags, "hidden" | "s3Endpoint" | "s3Region" | "store">):
  | SharedBucket.Options
  | undefined =>
  Option.getOrUndefined(
    Option.map(store, (bucket) => ({
      ...bucket,
      endpoint: Option.getOrUndefined(s3Endpoint),
      region: Option.getOrUndefined(s3Region),
      hidden
    }))
  )
