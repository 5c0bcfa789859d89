/** What is said of the Nodes that the program runs on: by the program, its package and its docs. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import packageJson from "../../package.json" with { type: "json" }
import { oldest } from "../../src/start/OldNode.ts"
import { root } from "../support/programs/App.ts"

const [first, second] = oldest

describe("the Nodes that are new enough", () => {
  it("are those of package.json", () => {
    assert.strictEqual(packageJson.engines.node, `^${first} || >=${second}`)
  })

  it.each([
    ["CHANGELOG.md", `from ${first} and ${second} on`],
    ["deploy/README.md", `from ${first} or ${second} on`],
    ["docs/running.md", `from ${first} or ${second} on`],
    ["docs/running.pt-BR.md", `a partir do ${first} ou do ${second}`]
  ])("are those of %s", (page, words) => {
    assert.include(readFileSync(join(root, page), "utf8"), words)
  })

  it("are told to an older one in a sentence", () => {
    const program = `
      const { refuseOldNode } = await import("./src/start/OldNode.ts")
      process.getBuiltinModule = undefined
      refuseOldNode()`
    const words = ["--input-type=module", "--eval", program]
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" })
    assert.deepStrictEqual(
      [status, stderr],
      [
        1,
        `app precisa do Node ${first}, ou ${second} ou mais novo / app needs Node ${first}, or ${second} or newer (${process.version}).\n`
      ]
    )
  })
})
