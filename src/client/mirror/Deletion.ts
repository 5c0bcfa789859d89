/** Decides what a mirror may delete. Deleting is left to Run and MirrorFolder. */
import { Data } from "effect"
import { foldersOf } from "./Entries.ts"
import type { Action } from "./Plan.ts"

/** How many files may be deleted: a number, or a percentage of those that the mirror knows. */
export type MaxDelete = { readonly files: number } | { readonly percent: number }

/** So many deletions look like a mistake; nothing is changed. */
export class DeletionRefused extends Data.TaggedError("DeletionRefused")<{
  readonly reason: "empty" | "half" | "limit"
  /** How many files would be deleted. */
  readonly gone: number
  /** Of how many. */
  readonly known: number
}> {}

/** What was asked for. */
export interface Options {
  /** Whether to delete what the server has no longer. */
  readonly delete: boolean
  readonly maxDelete: MaxDelete | undefined
  /** Whether files that people changed are overwritten and deleted like others. */
  readonly force: boolean
}

/** The share above which deleting needs `maxDelete`. */
const half = 0.5

/** How many of the files that a mirror knows may be deleted. */
export const mostOf = (maxDelete: MaxDelete | undefined, known: number): number => {
  if (maxDelete === undefined) return Math.floor(known * half)
  return "files" in maxDelete ? maxDelete.files : Math.floor((known * maxDelete.percent) / 100)
}

/**
 * What may be deleted of a plan; the refusal where it is too much. `listed`: how many files the server has. `known`: how
 * many files are here that could be deleted; what is new is none of them, or a hundred new files would allow a hundred old
 * ones to go. Of the half a file is not counted whose bytes are copied to another name.
 */
export const deletions = (
  actions: ReadonlyArray<Action>,
  { known, listed }: { readonly known: number; readonly listed: number },
  options: Options
): ReadonlyArray<Extract<Action, { readonly _tag: "Gone" }>> | DeletionRefused => {
  if (!options.delete) return []
  const gone = actions.flatMap((action) =>
    action._tag === "Gone" && (action.isPlaced || options.force) ? [action] : []
  )
  if (gone.length === 0) return gone
  const refused = (reason: DeletionRefused["reason"], count: number) =>
    new DeletionRefused({ reason, gone: count, known })
  const { maxDelete } = options
  if (maxDelete === undefined) {
    if (listed === 0) return refused("empty", gone.length)
    const copied = new Set<string>(
      actions.flatMap((action) => (action._tag === "Renamed" ? [action.from] : []))
    )
    const lost = gone.filter(({ name }) => !copied.has(name)).length
    return lost > mostOf(maxDelete, known) ? refused("half", lost) : gone
  }
  return gone.length > mostOf(maxDelete, known) ? refused("limit", gone.length) : gone
}

/** Replaces what was kept by what `--force` does, where it can. */
export const forced = (actions: ReadonlyArray<Action>): ReadonlyArray<Action> =>
  actions.map((action) =>
    action._tag === "Kept" && action.forced !== undefined ? action.forced : action
  )

/**
 * Those of the deletions that stand in the way of a new file, as `a` does where `a/b` is new, and `a/b` where `a` is.
 * They come before it; all others come last.
 */
export const obstacles = (
  gone: ReadonlyArray<Extract<Action, { readonly _tag: "Gone" }>>,
  wanted: ReadonlyArray<Action>
): ReadonlySet<string> => {
  const arriving = wanted.filter(({ _tag }) => ["New", "Changed", "Renamed"].includes(_tag))
  const names = new Set<string>(arriving.map(({ name }) => name))
  const folders = new Set(arriving.flatMap(({ name }) => foldersOf(name)))
  return new Set(
    gone.flatMap(({ name }) =>
      folders.has(name) || foldersOf(name).some((folder) => names.has(folder)) ? [name] : []
    )
  )
}
