/**
 * `app client --mirror` beside `rsync -a` from its daemon, over loopback: all there is, nothing to do, a few changes, one
 * large file; and beside rclone and wget, which fetch from nginx.
 */
import { Effect, type Scope } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { app, bundle } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import { rsyncd } from "../peers/Rsyncd.ts"
import { type Peer, wall } from "../measure/Process.ts"
import { weighRuns } from "../measure/Processor.ts"
import { milliseconds, type Row, type Trouble } from "../Row.ts"

const counts = { full: 10_000, smoke: 2_000 }
const sizes = { full: Files.gibibyte, smoke: Files.gibibyte / 4 }

const mirror = ({ address }: Peer, cwd: string) =>
  weighRuns(
    wall({
      program: process.execPath,
      words: [bundle, "client", "--quiet", "--port", String(address.port), "--mirror", "target"],
      cwd
    })
  )

/** A program that fetches into `target`, in the folder that it is run in. */
const running =
  (program: string, words: (port: number) => ReadonlyArray<string>): typeof mirror =>
  ({ address }, cwd) =>
    weighRuns(wall({ program, words: words(address.port), cwd }))

/** One side: its own folder, which it fills, its server, and the command that mirrors it. */
interface Side {
  readonly serve: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>
  readonly fetch: typeof mirror
}

const ours: Side = { serve: app, fetch: mirror }

const rsync = (...options: ReadonlyArray<string>): Side => ({
  serve: rsyncd,
  fetch: running("rsync", (port) => [
    "-a",
    ...options,
    `rsync://127.0.0.1:${port}/shared/`,
    "target/"
  ])
})

/** It compares size and time, and fetches four files at a time, as it does unless told otherwise. */
const rclone: Side = {
  serve: (folder) => nginx(folder),
  fetch: running("rclone", (port) => [
    "sync",
    "--config=",
    "--quiet",
    `--http-url=http://127.0.0.1:${port}/`,
    ":http:",
    "target"
  ])
}

/** It asks for each file, by its time, and reads the pages to find them. */
const wget: Side = {
  serve: (folder) => nginx(folder),
  fetch: running("wget", (port) => [
    "--mirror",
    "--no-verbose",
    "--output-file=/dev/null",
    "--no-host-directories",
    "--directory-prefix=target",
    `http://127.0.0.1:${port}/`
  ])
}

/** All of a folder into an empty one. */
const fresh = (
  { fetch, serve }: Side,
  fill: (folder: string) => Effect.Effect<void>,
  within = Files.withFolder
) =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* fill(folder)
    const peer = yield* serve(folder)
    return within((cwd) => fetch(peer, cwd))
  })

/** A folder that is a mirror already, once `change` has been at the source. */
const again = ({ fetch, serve }: Side, count: number, change: (folder: string) => void) =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* Files.makeSmall(folder, count)
    const peer = yield* serve(folder)
    const cwd = yield* Files.folder
    yield* fetch(peer, cwd)
    return Effect.andThen(
      Effect.sync(() => change(folder)),
      fetch(peer, cwd)
    )
  })

let changes = 0

/** Writes ten of the files anew, of another size than before, for rsync looks at times by the second. */
const changeTen = (folder: string): void => {
  changes += 1
  for (let index = 0; index < 10; index++)
    writeFileSync(join(folder, Files.keyName(index)), "y".repeat(1024 + changes))
}

const nothing = () => undefined

/** 10,000 small files into an empty folder. */
const freshBeside =
  (theirs: Side, within?: typeof Files.withFolder): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const fill = (folder: string) => Files.makeSmall(folder, counts[scale])
      return {
        ours: yield* fresh(ours, fill, within),
        theirs: yield* fresh(theirs, fill, within)
      }
    })

/** The same once more, once this has changed. */
const againBeside =
  (theirs: Side, change: (folder: string) => void): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      return {
        ours: yield* again(ours, counts[scale], change),
        theirs: yield* again(theirs, counts[scale], change)
      }
    })

/** What the rows beside other programs than rsync say. */
const besides = [
  {
    name: "rclone",
    peer: "`rclone sync` from nginx over HTTP",
    needs: ["rclone", "nginx"],
    side: rclone
  },
  { name: "wget", peer: "`wget --mirror` from nginx", needs: ["wget", "nginx"], side: wget }
]

const freshWords =
  "10,000 files of 1 KiB into an empty folder with `app client --mirror`, verified and synced"

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "mirror-fresh",
    what: freshWords,
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 2,
    needs: ["rsync"],
    contest: freshBeside(rsync())
  },
  {
    name: "mirror-same",
    what: "the same once more, with nothing to do",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 1.5,
    needs: ["rsync"],
    contest: againBeside(rsync(), nothing)
  },
  {
    name: "mirror-changed",
    what: "the same, with 10 files changed",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 1.5,
    needs: ["rsync"],
    contest: againBeside(rsync(), changeTen)
  },
  {
    name: "mirror-1g",
    what: "a file of 1 GiB into an empty folder with `app client --mirror`, verified and synced",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 2,
    needs: ["rsync"],
    contest: (scale) =>
      Effect.gen(function* () {
        const fill = (folder: string) => Files.makeLarge(folder, "large", sizes[scale])
        return { ours: yield* fresh(ours, fill), theirs: yield* fresh(rsync(), fill) }
      })
  },
  {
    name: "mirror-disk",
    what: "10,000 files of 1 KiB into an empty folder on a disk, ext4 where that was measured, verified and synced",
    peer: "`rsync -a` from its daemon, which leaves syncing to the system",
    unit: milliseconds,
    needs: ["rsync"],
    contest: freshBeside(rsync(), Files.withFolderOnDisk)
  },
  {
    name: "mirror-disk-fsync",
    what: "the same",
    peer: "`rsync -a --fsync`, which syncs each file",
    unit: milliseconds,
    needs: ["rsync"],
    contest: freshBeside(rsync("--fsync"), Files.withFolderOnDisk)
  },
  ...besides.flatMap(({ name, needs, peer, side }): ReadonlyArray<Row> => [
    {
      name: `mirror-fresh-${name}`,
      what: freshWords,
      peer,
      unit: milliseconds,
      needs,
      contest: freshBeside(side)
    },
    {
      name: `mirror-same-${name}`,
      what: "the same once more, with nothing to do",
      peer,
      unit: milliseconds,
      needs,
      contest: againBeside(side, nothing)
    }
  ])
]
