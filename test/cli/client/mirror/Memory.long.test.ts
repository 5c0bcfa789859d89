/** How much memory a mirror of many files takes: it holds what is written down of each, and no more. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { App } from "../../../support/programs/App.ts"

/** In memory where there is such a folder: syncing a hundred thousand files to a disk is another matter. */
const place = fs.existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(place, "sockets-test-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const perFolder = 1000

const makeFiles = (shared: string, count: number): void => {
  for (let index = 0; index < count; index++) {
    const inner = join(shared, String(Math.floor(index / perFolder)))
    if (index % perFolder === 0) fs.mkdirSync(inner, { recursive: true })
    fs.writeFileSync(join(inner, `${String(index).padStart(7, "0")}.txt`), String(index))
  }
}

/** The heaps, in MB, in which so many files are mirrored, and in which nothing is found to do. */
const sizes = [
  { files: 10_000, fresh: 48, same: 32 },
  { files: 100_000, fresh: 96, same: 48 }
]

/** The most that each further file may take of all memory, in bytes: its line, what is known of it, and what is garbage. */
const mostPerFile = 2048

layer(App.layer, { excludeTestServices: true })("a mirror of many files", (it) => {
  it.effect("takes no more memory for each than what it knows of it", () =>
    Effect.gen(function* () {
      const app = yield* App
      const cwd = yield* folder
      const told = join(cwd, "resident")
      const probe = join(cwd, "probe.cjs")
      fs.writeFileSync(
        probe,
        `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)))`
      )
      fs.mkdirSync(join(cwd, "shared"))
      const { address } = yield* app.serve(["--dir", join(cwd, "shared")], { cwd })
      const mirror = (heap: number, target: string) =>
        Effect.map(
          app.run(
            ["client", "--port", String(address.port), "--quiet", "--mirror", join(cwd, target)],
            { cwd, env: { NODE_OPTIONS: `--require=${probe} --max-old-space-size=${heap}` } }
          ),
          ({ code, stderr }) => {
            assert.strictEqual(code, 0, stderr.slice(-2000))
            return Number(fs.readFileSync(told, "utf8")) * 1024
          }
        )
      const resident: Array<{ readonly fresh: number; readonly same: number }> = []
      for (const { files, fresh, same } of sizes) {
        makeFiles(join(cwd, "shared"), files)
        const target = `target${files}`
        resident.push({ fresh: yield* mirror(fresh, target), same: yield* mirror(same, target) })
      }
      const [few = assert.fail(), many = assert.fail()] = resident
      const further = (sizes[1]?.files ?? 0) - (sizes[0]?.files ?? 0)
      const perFile = {
        fresh: (many.fresh - few.fresh) / further,
        same: (many.same - few.same) / further
      }
      console.log("resident, in bytes:", few, many, "for each further file:", perFile)
      assert.isBelow(perFile.fresh, mostPerFile)
      assert.isBelow(perFile.same, mostPerFile)
    })
  )
})
