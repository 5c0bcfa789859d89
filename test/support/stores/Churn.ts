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
}

const words = ["a", "b", "a.txt", "a-b", "ç", "\u{1f600}", ".oculto", "z0", "pasta", "pasta.d"]

/** Paths of everything below a folder, folders before what is in them. */
const everythingIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? [path, ...everythingIn(path)] : [path]
  })

const isFile = (path: string): boolean => {
  try {
    return statSync(path).isFile()
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
  const folders = () => [root, ...everythingIn(root).filter(isFolder)]
  const inner = () => folders().slice(1)
  const others = () => everythingIn(root).filter((path) => !isFolder(path))
  const fresh = () => join(pick(folders()) ?? root, `${pick(words)}${random(30)}`)

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
        const target = pick(
          everythingIn(root).filter((path) => !path.slice(root.length).includes("/."))
        )
        if (target !== undefined && target !== link) place(link, () => symlinkSync(target, link))
      }
    ]
  ]
  return {
    change: () => {
      const [what, change] = pick(changes) ?? ["nothing", () => undefined]
      const times = folders().map((path) => [path, lstatSync(path)] as const)
      change()
      if (random(3) > 0) return what
      for (const [path, { atime, mtime }] of times) {
        if (isFolder(path)) utimesSync(path, atime, mtime)
      }
      return `${what}, all times set back`
    },
    names: () =>
      everythingIn(root)
        .filter((path) => isFile(path) && realpathSync(path).startsWith(`${root}/`))
        .map((path) => path.slice(root.length + 1))
        .filter((name) => !/(?:^|\/)\./.test(name))
        .sort(byBytes)
  }
}
