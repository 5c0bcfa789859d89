/**
 * Random changes of a folder tree, and what a listing must then say: files, folders and links come, go, are renamed,
 * exchanged and replaced, and times are set back afterwards, as whoever wants to be overlooked would do.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { seeded } from "../values/Seeded.ts"

/** A tree that is changed. */
export interface Churn {
  /** Makes one change; what it was, for whoever reads of a failure. */
  readonly change: () => string
  /** The names that are shared now, sorted by their bytes. */
  readonly names: () => ReadonlyArray<string>
  /** The folders that are shared now, with a slash at the end of each; the shared folder itself is "". */
  readonly folders: () => ReadonlyArray<string>
}

const words = ["a", "b", "a.txt", "a-b", "ç", "\u{1f600}", ".oculto", "z0", "pasta", "pasta.d"]

/** What is at a path. */
interface Found {
  readonly path: string
  readonly kind: "folder" | "link" | "file"
}

/** Everything below a folder, folders before what is in them. Each kind is as the folder itself tells: one call a folder. */
const everythingIn = (folder: string): ReadonlyArray<Found> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry): ReadonlyArray<Found> => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return [{ path, kind: "folder" }, ...everythingIn(path)]
    return [{ path, kind: entry.isSymbolicLink() ? "link" : "file" }]
  })

/** Whether a link leads to a file within a folder. */
const leadsInto = (root: string, link: string): boolean => {
  try {
    const target = realpathSync.native(link)
    return target.startsWith(`${root}/`) && statSync(target).isFile()
  } catch {
    return false
  }
}

const isFolder = (path: string): boolean => {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

const byBytes = (self: string, that: string): number =>
  Buffer.compare(Buffer.from(self), Buffer.from(that))

/** Changes what is in `root`, by its real path, in the order that the seed gives. */
export const makeChurn = (root: string, seed: number): Churn => {
  const random = seeded(seed)
  const pick = <A>(among: ReadonlyArray<A>): A | undefined => among[random(among.length)]
  /** What there was before the change that is being made. */
  let there: ReadonlyArray<Found> = []
  const pathsOf = (isWanted: (found: Found) => boolean) =>
    there.filter(isWanted).map(({ path }) => path)
  const inner = () => pathsOf(({ kind }) => kind === "folder")
  const others = () => pathsOf(({ kind }) => kind !== "folder")
  const fresh = () => join(pick([root, ...inner()]) ?? root, `${pick(words)}${random(30)}`)

  const place = (path: string, make: () => void): void => {
    rmSync(path, { recursive: true, force: true })
    make()
  }
  const move = (from: string | undefined): void => {
    const to = fresh()
    if (from === undefined || to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`))
      return
    place(to, () => renameSync(from, to))
  }
  const write = (path: string): void => place(path, () => writeFileSync(path, ""))
  const makeFolder = (path: string): void => {
    place(path, () => mkdirSync(path))
    for (let index = random(4); index > 0; index--)
      writeFileSync(join(path, `${pick(words)}${index}`), "")
  }
  const changes: ReadonlyArray<readonly [what: string, change: () => void]> = [
    ...Array.from({ length: 4 }, () => ["a file written", () => write(fresh())] as const),
    ...Array.from({ length: 3 }, () => ["a folder made", () => makeFolder(fresh())] as const),
    ["a file removed", () => rmSync(pick(others()) ?? fresh(), { force: true })],
    ["a file renamed", () => move(pick(others()))],
    ["a folder renamed", () => move(pick(inner()))],
    ["a folder removed", () => rmSync(pick(inner()) ?? fresh(), { recursive: true, force: true })],
    [
      "two folders exchanged",
      () => {
        const [one, other] = [pick(inner()), pick(inner())]
        if (one === undefined || other === undefined || one === other) return
        if (one.startsWith(`${other}/`) || other.startsWith(`${one}/`)) return
        const between = join(root, ".entre")
        renameSync(one, between)
        renameSync(other, one)
        renameSync(between, other)
      }
    ],
    [
      "a folder made anew",
      () => {
        const folder = pick(inner())
        if (folder !== undefined) place(folder, () => makeFolder(folder))
      }
    ],
    [
      "a folder exchanged for a file",
      () => {
        const folder = pick(inner())
        if (folder !== undefined) place(folder, () => writeFileSync(folder, ""))
      }
    ],
    [
      "a link made",
      () => {
        const link = fresh()
        // A link to a hidden folder shares what is in it, which is for other tests; a file may become a folder.
        const target = pick(pathsOf(({ path }) => !path.slice(root.length).includes("/.")))
        if (target !== undefined && target !== link) place(link, () => symlinkSync(target, link))
      }
    ]
  ]
  return {
    change: () => {
      const [what, change] = pick(changes) ?? ["nothing", () => undefined]
      there = everythingIn(root)
      const isSetBack = random(3) === 0
      const times = (isSetBack ? [root, ...inner()] : []).map(
        (path) => [path, lstatSync(path)] as const
      )
      change()
      if (!isSetBack) return what
      for (const [path, { atime, mtime }] of times) {
        if (isFolder(path)) utimesSync(path, atime, mtime)
      }
      return `${what}, all times set back`
    },
    folders: () => [
      "",
      ...everythingIn(root)
        .filter(({ kind }) => kind === "folder")
        .map(({ path }) => `${path.slice(root.length + 1)}/`)
        .filter((name) => !/(?:^|\/)\./.test(name))
    ],
    names: () =>
      everythingIn(root)
        .filter(({ kind, path }) => kind === "file" || (kind === "link" && leadsInto(root, path)))
        .map(({ path }) => path.slice(root.length + 1))
        .filter((name) => !/(?:^|\/)\./.test(name))
        .sort(byBytes)
  }
}
