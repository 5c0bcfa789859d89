/**
 * What the client says that it saved is on the disk: bytes are synced before their file has its name, and the folder with
 * the name, and with the name of each folder that was made, before anything is said (fsync(2)). Shown by the calls of the system, which strace writes down in their order.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { needsSync } from "../../../src/client/node/SystemCalls.ts"
import { Shared, start } from "../../support/programs/App.ts"
import { folderWith, temporaryFolder } from "../../support/stores/TemporaryFolder.ts"
import { noise } from "../../support/Transfers.ts"

const trace = [
  "--follow-forks",
  "--decode-fds=path",
  "--string-limit=4096",
  "--trace=fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,write"
]
/** Nothing is synced on a tmpfs. */
const canTrace =
  process.platform === "linux"
  && needsSync(tmpdir())
  && spawnSync("strace", [...trace, "--output=/dev/null", "true"]).status === 0

/** Whether a folder can be mounted in another, in a namespace of mounts of its own; renaming into it fails (EXDEV). */
const canMount =
  spawnSync("unshare", ["--mount", "mount", "--bind", tmpdir(), tmpdir()]).status === 0

/** What was done, in the order in which it was: a call counts from when it was answered, but for an output. */
type Step =
  | { readonly _tag: "Made"; readonly path: string }
  | { readonly _tag: "Synced"; readonly path: string }
  | { readonly _tag: "Renamed"; readonly from: string; readonly to: string }
  | { readonly _tag: "Said"; readonly text: string }

const stepIn = (call: string, cwd: string): Step | undefined => {
  const synced = /^(?:fsync|fdatasync)\(\d+<(.*)>\) += 0$/.exec(call)
  if (synced?.[1] !== undefined) return { _tag: "Synced", path: synced[1] }
  const renamed = /^rename\w*\(.*?"(.*)", (?:.*, )?"(.*)"(?:, \w+)?\) += 0$/.exec(call)
  if (renamed?.[1] !== undefined && renamed[2] !== undefined)
    return { _tag: "Renamed", from: resolve(cwd, renamed[1]), to: resolve(cwd, renamed[2]) }
  const made = /^mkdir(?:at)?\((?:.*, )?"(.*)", \d+\) += 0$/.exec(call)
  if (made?.[1] !== undefined) return { _tag: "Made", path: resolve(cwd, made[1]) }
  const said = /^write\([12]<.*>, "(.*)", \d+/.exec(call)
  return said?.[1] === undefined ? undefined : { _tag: "Said", text: said[1] }
}

/** The steps in what strace wrote; a call that others came between is in two lines. */
const stepsIn = (text: string, cwd: string): ReadonlyArray<Step> => {
  const begun = new Map<string, string>()
  return text.split("\n").flatMap((line) => {
    const [, thread = "", said = ""] = /^(\d+) +(.*)$/.exec(line) ?? []
    const first = /^(.*?) <unfinished \.\.\.>$/.exec(said)
    if (first?.[1] !== undefined) {
      begun.set(thread, first[1])
      return []
    }
    const last = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)
    const step = stepIn(last === null ? said : `${begun.get(thread) ?? ""}${last[1] ?? ""}`, cwd)
    return step === undefined ? [] : [step]
  })
}

const files = {
  "big.bin": noise(1, 1024 * 1024),
  "deep/er/small.bin": noise(6, 1000),
  "other/big.bin": noise(2, 1024 * 1024),
  "other/small.bin": noise(3, 1000),
  "small.bin": noise(4, 1000),
  "small2.bin": noise(5, 1000)
}

layer(Shared.layer(folderWith(files)), { timeout: "1 minute" })("app client", (it) => {
  /** Runs the client in a folder, by the words of another program where there are some. */
  const runIn = Effect.fnUntraced(function* (
    cwd: string,
    words: ReadonlyArray<string>,
    by: ReadonlyArray<string> = []
  ) {
    const { app, port } = yield* Shared
    const log = join(yield* temporaryFolder, "calls")
    const client = [process.execPath, app.file, "client", "--port", String(port), ...words]
    const [program = "strace", ...rest] = [...by, "strace", ...trace, `--output=${log}`, ...client]
    const running = yield* start(program, rest, { cwd })
    const { code, stderr } = yield* running.ended
    assert.strictEqual(code, 0, stderr)
    return { cwd, steps: stepsIn(readFileSync(log, "utf8"), cwd) }
  })

  const run = (...words: ReadonlyArray<string>) =>
    Effect.flatMap(temporaryFolder, (cwd) => runIn(cwd, words))

  const isSynced = (steps: ReadonlyArray<Step>, path: string): boolean =>
    steps.some((step) => step._tag === "Synced" && step.path === path)

  /** Where in the steps the file gets its place, with its bytes synced under a name that it had before. */
  const placed = (steps: ReadonlyArray<Step>, place: string): number => {
    const synced = new Set<string>()
    for (const [index, step] of steps.entries()) {
      if (step._tag === "Synced") synced.add(step.path)
      if (step._tag !== "Renamed") continue
      if (step.to === place) {
        assert.isTrue(synced.has(step.from), `${place}: its bytes`)
        return index
      }
      if (synced.has(step.from)) synced.add(step.to)
    }
    return assert.fail(`${place} was not renamed`)
  }

  /** The names of the folders that were made on the way to a file were synced before the last of the steps. */
  const haveFolders = (place: string, steps: ReadonlyArray<Step>) => {
    for (const [index, step] of steps.entries()) {
      if (step._tag === "Made" && place.startsWith(`${step.path}/`))
        assert.isTrue(isSynced(steps.slice(index), dirname(step.path)), `${step.path}: its name`)
    }
  }

  /** Each of these files was synced, then renamed to its place, then its folder was synced, and those with the new folders on the way to it, and then it was told of. */
  const areOnDisk = (
    names: ReadonlyArray<string>,
    folder: string,
    steps: ReadonlyArray<Step>,
    tellsOf: (step: Step, name: string) => boolean
  ) => {
    for (const name of names) {
      const place = join(folder, name)
      const renamed = placed(steps, place)
      const end = steps.findIndex((step, index) => index > renamed && tellsOf(step, name))
      assert.isAbove(end, renamed, `${place}: it is not told of`)
      assert.isTrue(isSynced(steps.slice(renamed, end), dirname(place)), `${place}: its name`)
      haveFolders(place, steps.slice(0, end))
    }
  }

  for (const { names, what, words } of [
    { what: "several files", words: ["enviar_arquivo", "**"], names: Object.keys(files) },
    { what: "a small file", words: ["enviar_arquivo", "small.bin", "--output", "x"], names: ["x"] },
    {
      what: "a part of a file",
      words: ["GETRANGE", "big.bin", "0", "9", "--output", "y"],
      names: ["y"]
    },
    {
      what: "a file in new folders",
      words: ["enviar_arquivo", "deep/er/small.bin", "--output", "new/er/"],
      names: ["new/er/deep/er/small.bin"]
    },
    {
      what: "a part of a file in a new folder",
      words: ["GETRANGE", "big.bin", "0", "9", "--output", "new/"],
      names: ["new/big.bin"]
    }
  ]) {
    it.effect.skipIf(!canTrace)(
      `has ${what} on disk, the names too, before it says so [skipped where nothing may be traced]`,
      () =>
        Effect.gen(function* () {
          const { cwd, steps } = yield* run("--quiet", "--cmd", ...words)
          areOnDisk(
            names,
            cwd,
            steps,
            (step, name) => step._tag === "Said" && step.text.split(String.raw`\n`).includes(name)
          )
          const count = (...paths: ReadonlyArray<string>): number =>
            steps.filter((step) => step._tag === "Synced" && paths.includes(step.path)).length
          // The small files of a folder are one batch; each of the large ones is told of by itself. A folder that was made
          // for one of them is another reason to sync the one above it.
          assert.isAtMost(count(cwd, join(cwd, "other")), 6)
          assert.isAtMost(count(join(cwd, "deep")), 1)
          assert.isAtMost(count(join(cwd, "deep/er")), 1)
        })
    )
  }

  it.effect.skipIf(!canTrace)(
    "has a mirror on disk, the names too, before its state says so [skipped where nothing may be traced]",
    () =>
      Effect.gen(function* () {
        const { cwd, steps } = yield* run("--quiet", "--mirror", "new/copy")
        const root = join(cwd, "new", "copy")
        const state = join(root, ".app-mirror", "state")
        areOnDisk(
          Object.keys(files),
          root,
          steps,
          (step) => step._tag === "Renamed" && step.to === state
        )
        const written = placed(steps, state)
        haveFolders(state, steps.slice(0, written))
        assert.isTrue(isSynced(steps.slice(written), dirname(state)), "the state's name")
      })
  )

  it.effect.skipIf(!canTrace || !canMount)(
    "has a mirror's files on disk where another file system is mounted in it, too [skipped where nothing may be mounted]",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const inner = join(cwd, "copy", "other")
        mkdirSync(inner, { recursive: true })
        const mounted = `mount --bind ${yield* temporaryFolder} ${inner} && exec "$@"`
        const by = ["unshare", "--mount", "sh", "-c", mounted, "sh"]
        const { steps } = yield* runIn(cwd, ["--quiet", "--mirror", "copy"], by)
        const state = join(cwd, "copy", ".app-mirror", "state")
        areOnDisk(
          Object.keys(files),
          join(cwd, "copy"),
          steps,
          (step) => step._tag === "Renamed" && step.to === state
        )
      })
  )

  it.effect.skipIf(!canTrace)(
    "has a mirror's files on disk, the names too, before --json tells of them [skipped where nothing may be traced]",
    () =>
      Effect.gen(function* () {
        const { cwd, steps } = yield* run("--json", "--quiet", "--mirror", "new/copy")
        areOnDisk(
          Object.keys(files),
          join(cwd, "new", "copy"),
          steps,
          (step, name) =>
            step._tag === "Said"
            && step.text.includes(String.raw`{\"action\":\"new\",\"name\":\"${name}\"`)
        )
      })
  )
})
