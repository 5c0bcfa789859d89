/** The menu and the progress as a person sees them, at an ordinary size of a terminal and at a small one. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { App } from "../../../support/programs/App.ts"
import * as Screen from "../../../support/programs/Screen.ts"
import { folderWith, temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const numbers = Array.from({ length: 40 }, (_, index) => String(index + 1).padStart(2, "0"))
const nameOf = (number: string) => `arquivo-${number}-de-um-relatorio-bem-comprido.txt`
const files = {
  ...Object.fromEntries(numbers.map((number) => [nameOf(number), "x"])),
  "zz.bin": new Uint8Array(3_000_000)
}

const onScreen = { skip: !Screen.hasTmux }

const sizes = [
  // At most ten names are shown together, of which as many as fit beside the question and what was answered.
  { columns: 80, rows: 24, together: 10 },
  { columns: 40, rows: 10, together: 8 }
]

layer(App.layer, { timeout: "1 minute", excludeTestServices: true })("on a screen", (it) => {
  /** Runs the client below so many lines. */
  const runBelow = Effect.fnUntraced(function* (
    above: number,
    size: Screen.Size,
    ...more: ReadonlyArray<string>
  ) {
    const { file, serve } = yield* App
    const cwd = yield* temporaryFolder
    // Slow enough for a look at what is under way.
    const { address } = yield* serve(["--dir", yield* folderWith(files), "--max-rate", "200KiB"], {
      cwd
    })
    const words = ["client", "--lang", "pt", "--port", String(address.port), ...more]
    const client = [process.execPath, file, ...words]
    return yield* Screen.open(["sh", "-c", `seq ${above}; exec "$@"`, "sh", ...client], cwd, size)
  })

  const opened = Effect.fnUntraced(function* (size: Screen.Size) {
    const screen = yield* runBelow(0, size)
    yield* screen.shows(/ 5 SAIR/)
    screen.press("3", "Enter")
    yield* screen.shows(/^> arquivo-01/)
    return screen
  })

  for (const { together, ...size } of sizes) {
    const named = `of ${size.columns} columns and ${size.rows} rows`
    it.effect(
      `${named} the list of names is gone through by whole pages`,
      () =>
        Effect.gen(function* () {
          const screen = yield* opened(size)
          /** Presses a key; the numbers of the names that are shown once the one at the cursor is this. */
          const shown = Effect.fnUntraced(function* (key: string, current: string) {
            screen.press(key)
            const lines = yield* screen.shows(new RegExp(`^> ${current}`))
            assert.isAtMost(lines.length, size.rows)
            assert.deepStrictEqual(
              lines.filter((line) => line.length > size.columns),
              []
            )
            assert.include(lines[0] ?? "", "3 ARQUIVO")
            assert.match(lines[1] ?? "", /^\? Qual arquivo\? .*\(41\)$/)
            assert.lengthOf(lines, 2 + together)
          })
          const at = (index: number) => `arquivo-${numbers[index] ?? ""}.*\\.txt$`
          yield* shown("NPage", at(together))
          yield* shown("NPage", at(2 * together))
          yield* shown("PPage", at(together))
          yield* shown("End", "zz\\.bin$")
          yield* shown("Home", at(0))
        }),
      onScreen
    )

    it.effect(
      `${named} progress is one line, and follows the terminal's size`,
      () =>
        Effect.gen(function* () {
          const screen = yield* opened(size)
          screen.press("End")
          yield* screen.shows(/^> zz\.bin$/)
          screen.press("Enter")
          const first = yield* screen.shows(/^zz\.bin .*\d+% .*KiB\/s \| \d+ s$/)
          assert.lengthOf(first, 3)
          screen.resize({ columns: 100, rows: 20 })
          const wide = yield* screen.shows(/^zz\.bin \[[=-]{20}\] \d+% \| .*KiB\/s \| \d+ s$/)
          assert.lengthOf(wide, 3)
          screen.press("C-c")
          const ended = yield* screen.shows(/ 5 SAIR/)
          assert.deepStrictEqual(
            ended.filter((line) => line.endsWith(" s")),
            []
          )
          assert.match(ended.join("\n"), /^Interrompido: .* de zz\.bin estão guardados/m)
        }),
      onScreen
    )
  }

  it.effect(
    "of a terminal that is made narrower, nothing is left of the wider lines of several files",
    () =>
      Effect.gen(function* () {
        const names = [nameOf("01"), "zz.bin"]
        const size = { columns: 100, rows: 20 }
        // Where it is made narrower, tmux moves as many rows off the top as it needs below.
        const screen = yield* runBelow(12, size, "--cmd", "enviar_arquivo", ...names)
        const below = (lines: ReadonlyArray<string>) => lines.slice(lines.indexOf("12") + 1)
        const ofAll = /^1 de 2 arquivos \| .*KiB\/s \| \d+ s$/
        yield* screen.shows(ofAll)
        const wide = below(yield* screen.shows(/^zz\.bin \[[=-]{20}\] .*iB$/))
        assert.lengthOf(wide, 3)
        screen.resize({ columns: 40, rows: 20 })
        const narrow = below(yield* screen.shows(/^zz\.bin [^[]*iB$/))
        // The name of the first file takes two rows by now.
        assert.lengthOf(narrow, 4)
        assert.strictEqual(narrow.slice(0, 2).join(""), nameOf("01"))
        assert.match(narrow[2] ?? "", /^1 de 2 arquivos \| .*s$/)
      }),
    onScreen
  )
})
