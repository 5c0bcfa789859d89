/** `app client --mirror --follow`: a change is there at once, and nothing is deleted that would be regretted. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import * as Proxy from "../../../support/fakes/Proxy.ts"
import { App } from "../../../support/programs/App.ts"
import { filesIn } from "../../../support/programs/MirrorTrial.ts"
import { folderWith } from "../../../support/stores/TemporaryFolder.ts"

/** A server over `shared`, a mirror in `target` that follows it, and what it says. */
const makePair = Effect.fnUntraced(function* (
  files: Readonly<Record<string, string>>,
  ...words: ReadonlyArray<string>
) {
  const app = yield* App
  const place = yield* folderWith(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`shared/${name}`, text]))
  )
  const [shared, target] = [join(place, "shared"), join(place, "target")]
  const serving = yield* app.serve(["--dir", shared], { cwd: place })
  const proxy = yield* Proxy.make(serving.address)
  const following = yield* app.start(
    [
      "client",
      "--port",
      String(proxy.address.port),
      "--lang",
      "en",
      "--json",
      "--mirror",
      "target",
      "--follow",
      ...words
    ],
    { cwd: place }
  )
  /** Waits until this was done to a file. */
  const does = (action: string, name: string) =>
    following.says("stdout", new RegExp(`"action":"${action}","name":"${name}".*\n`))
  yield* following.says("stderr", /Received: \d/)
  return {
    app,
    does,
    following,
    place,
    proxy,
    serving,
    shared,
    target,
    write: (name: string, text: string) => {
      fs.mkdirSync(join(shared, name, ".."), { recursive: true })
      fs.writeFileSync(join(shared, name), text)
    },
    remove: (name: string) => fs.rmSync(join(shared, name), { recursive: true })
  }
})

layer(App.layer, { excludeTestServices: true })("app client --mirror --follow", (it) => {
  it.effect("brings what comes, changes, is renamed and goes, name by name", () =>
    Effect.gen(function* () {
      const { does, following, remove, shared, target, write } = yield* makePair(
        { a: "1", "b/c": "2", d: "x".repeat(5000), e: "5", "no/f": "6" },
        "--delete",
        "--exclude",
        "no/**"
      )
      write("a", "another")
      yield* does("changed", "a")
      assert.strictEqual(fs.readFileSync(join(target, "a"), "utf8"), "another")
      write("no/g", "7")
      write("new/*[g]", "8")
      yield* does("new", String.raw`new/\*\[g\]`)
      fs.renameSync(join(shared, "d"), join(shared, "b/d"))
      yield* does("renamed", "b/d")
      yield* does("deleted", "d")
      remove("e")
      yield* does("deleted", "e")
      assert.deepStrictEqual(filesIn(target), ["a", "b/c", "b/d", "new/*[g]"])
      yield* following.kill("SIGTERM")
      assert.strictEqual((yield* following.ended).code, 130)
    })
  )

  it.effect("counts what it deletes since it compared everything, and brings the rest", () =>
    Effect.gen(function* () {
      const names = ["a", "b", "c", "d", "e", "f"]
      const { does, following, remove, target, write } = yield* makePair(
        Object.fromEntries(names.map((name) => [name, name])),
        "--delete"
      )
      for (const name of ["a", "b", "c"]) {
        remove(name)
        yield* does("deleted", name)
      }
      remove("d")
      write("e", "changed")
      yield* following.says("stderr", /4 of 6 files would be deleted/)
      yield* does("changed", "e")
      assert.deepStrictEqual(filesIn(target), ["d", "e", "f"])
    })
  )

  it.effect(
    "lists nothing again where the connection was lost and the log of changes still reaches",
    () =>
      Effect.gen(function* () {
        const { does, proxy, remove, target, write } = yield* makePair(
          { a: "1", b: "2" },
          "--delete"
        )
        write("c", "3")
        yield* does("new", "c")
        const lists = () => proxy.asked.filter(({ _tag }) => _tag === "List").length
        const [before, connections] = [lists(), proxy.connections()]
        assert.isAbove(before, 0)
        for (const name of ["d", "e"]) {
          proxy.drop()
          write(name, name)
          yield* does("new", name)
        }
        proxy.drop()
        remove("a")
        yield* does("deleted", "a")
        assert.isAtLeast(proxy.connections(), connections + 3)
        assert.strictEqual(lists(), before)
        assert.deepStrictEqual(filesIn(target), ["b", "c", "d", "e"])
      })
  )

  it.effect("compares everything once the server is there again, and goes on name by name", () =>
    Effect.gen(function* () {
      const { app, does, place, serving, shared, write } = yield* makePair({ a: "1" })
      const port = String(serving.address.port)
      yield* serving.process.kill("SIGKILL")
      yield* serving.process.ended
      write("b", "2")
      yield* app.start(["serve", shared, "--port", port], { cwd: place })
      yield* does("new", "b")
      write("c", "3")
      yield* does("new", "c")
    })
  )

  it.effect("compares in intervals where the server does not tell of changes", () =>
    Effect.gen(function* () {
      const app = yield* App
      const place = yield* folderWith({ "shared/a": "1" })
      const { address } = yield* app.serve(["--dir", "shared", "--changes", "0"], { cwd: place })
      const words = ["--lang", "en", "--mirror", "target", "--follow", "--every", "50ms"]
      const following = yield* app.start(["client", "--port", String(address.port), ...words], {
        cwd: place
      })
      yield* following.says("stderr", /Received: 1/)
      fs.writeFileSync(join(place, "shared/a"), "22")
      yield* following.says("stderr", /Received: 1/)
      assert.strictEqual(fs.readFileSync(join(place, "target/a"), "utf8"), "22")
    })
  )
})
