import { assert, describe, it } from "@effect/vitest"
import { frame, makeChoices, move, withQuery } from "../../../../src/cli/client/menu/Choices.ts"

const texts = {
  message: "Qual arquivo?",
  filter: "filtro",
  placeholder: "digite para filtrar",
  nothing: "nada com esse nome"
}

const listOf = (...titles: ReadonlyArray<string>) =>
  makeChoices(titles.map((title) => ({ title, value: title })))

const many = listOf(...Array.from({ length: 100 }, (_, index) => `arquivo ${index + 1}`))

const selected = (choices: typeof many) => choices.matching[choices.cursor]?.title

describe("a list of choices", () => {
  it.each([
    ["marco", ["Relatório de março.txt"]],
    ["MARÇO", ["Relatório de março.txt"]],
    ["relatorio", ["Relatório de março.txt", "relatorios/a.pdf"]],
    ["", ["Relatório de março.txt", "relatorios/a.pdf", "x"]],
    ["nada", []]
  ])("is filtered without regard to accents and case: %s", (query, found) => {
    const choices = withQuery(listOf("Relatório de março.txt", "relatorios/a.pdf", "x"), query)
    assert.deepStrictEqual(
      choices.matching.map(({ title }) => title),
      found
    )
  })

  it("keeps what is selected while it matches, and selects the first otherwise", () => {
    const third = move(listOf("a1", "b1", "a2"), 2, false)
    assert.strictEqual(selected(withQuery(third, "a")), "a2")
    assert.strictEqual(selected(withQuery(third, "1")), "a1")
  })

  it("is moved in by one round its ends, and by pages up to them", () => {
    assert.strictEqual(selected(move(many, -1, true)), "arquivo 100")
    assert.strictEqual(selected(move(move(many, -1, true), 1, true)), "arquivo 1")
    assert.strictEqual(selected(move(many, 10, false)), "arquivo 11")
    assert.strictEqual(selected(move(many, -10, false)), "arquivo 1")
    assert.strictEqual(selected(move(many, 100, false)), "arquivo 100")
  })

  it("shows how many match", () => {
    assert.match(frame(many, texts, 80, 24).lines[0] ?? "", / \(100\)$/)
    assert.match(frame(withQuery(many, "99"), texts, 80, 24).lines[0] ?? "", / \(1\/100\)$/)
    assert.deepStrictEqual(frame(withQuery(many, "x"), texts, 80, 24), {
      lines: ["? Qual arquivo? [filtro: x] (0/100)", "nada com esse nome"],
      selected: undefined
    })
  })

  it("never takes more lines or columns than the terminal has, and shows what is selected", () => {
    for (const [columns, rows] of [
      [80, 24],
      [40, 10],
      [20, 4],
      [3, 2]
    ] as const) {
      for (let at = 0; at < 100; at += 7) {
        const choices = move(many, at, false)
        const { lines, selected } = frame(choices, texts, columns, rows)
        assert.isAtMost(lines.length, rows)
        assert.isTrue(lines.every((line) => line.length < columns))
        assert.match(lines[selected ?? 0] ?? "", /^>/)
      }
    }
  })

  it("cuts long names in their middle", () => {
    const { lines } = frame(listOf(`relatórios/${"x".repeat(200)}/março.pdf`), texts, 40, 10)
    assert.match(lines[1] ?? "", /^> relatórios\/x+…x*\/março\.pdf$/)
  })
})
