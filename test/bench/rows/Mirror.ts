/** `app client --mirror` beside `rsync -a` from its daemon, over loopback: all there is, nothing to do, a few changes, one large file. */
import { Effect, type Scope } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Files from "../Files.ts"
import { app, bundle } from "../peers/App.ts"
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

const rsync = ({ address }: Peer, cwd: string) =>
  weighRuns(
    wall({
      program: "rsync",
      words: ["-a", `rsync://127.0.0.1:${address.port}/shared/`, "target/"],
      cwd
    })
  )

/** One side: its own folder, which it fills, its server, and the command that mirrors it. */
interface Side {
  readonly serve: (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>
  readonly fetch: typeof mirror
}

const sides: { readonly ours: Side; readonly theirs: Side } = {
  ours: { serve: app, fetch: mirror },
  theirs: { serve: rsyncd, fetch: rsync }
}

/** All of a folder into an empty one. */
const fresh = ({ fetch, serve }: Side, fill: (folder: string) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const folder = yield* Files.folder
    yield* fill(folder)
    const peer = yield* serve(folder)
    return Files.withFolder((cwd) => fetch(peer, cwd))
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

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "mirror-fresh",
    what: "10,000 files of 1 KiB into an empty folder with `app client --mirror`, verified and synced",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 2,
    needs: ["rsync"],
    contest: (scale) =>
      Effect.gen(function* () {
        const fill = (folder: string) => Files.makeSmall(folder, counts[scale])
        return { ours: yield* fresh(sides.ours, fill), theirs: yield* fresh(sides.theirs, fill) }
      })
  },
  {
    name: "mirror-same",
    what: "the same once more, with nothing to do",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 1.5,
    needs: ["rsync"],
    contest: (scale) =>
      Effect.gen(function* () {
        const nothing = () => undefined
        return {
          ours: yield* again(sides.ours, counts[scale], nothing),
          theirs: yield* again(sides.theirs, counts[scale], nothing)
        }
      })
  },
  {
    name: "mirror-changed",
    what: "the same, with 10 files changed",
    peer: "`rsync -a` from its daemon",
    unit: milliseconds,
    reach: 1.5,
    needs: ["rsync"],
    contest: (scale) =>
      Effect.gen(function* () {
        return {
          ours: yield* again(sides.ours, counts[scale], changeTen),
          theirs: yield* again(sides.theirs, counts[scale], changeTen)
        }
      })
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
        return { ours: yield* fresh(sides.ours, fill), theirs: yield* fresh(sides.theirs, fill) }
      })
  }
]
