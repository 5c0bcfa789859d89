/** What the page has in the browser: built from its source, small, and its SHA-256 that of Node. */
import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { assetAt, assetLinks } from "../../../src/http/page/Assets.ts"
import { Sha256 } from "../../../src/http/page/browser/Sha256.ts"
import { build, built } from "../../support/programs/assets.ts"
import { seeded } from "../../support/values/Seeded.ts"

describe("the page's assets", () => {
  it("are built from what is in browser/ now: npm run assets", async () => {
    assert.strictEqual(readFileSync(built, "utf8"), await build())
  })

  it("take 8 kB at most, compressed, script and style together", () => {
    const sizes = [assetLinks.script, assetLinks.style].map(
      (path) => gzipSync(Buffer.from(assetAt(path)?.content ?? "", "latin1")).length
    )
    assert.isAtMost((sizes[0] ?? 0) + (sizes[1] ?? 0), 8192)
  })

  it("have addresses that hold their digest, and nothing else has one", () => {
    for (const path of Object.values(assetLinks)) {
      const { content = "", digest = "" } = assetAt(path) ?? {}
      assert.include(path, digest)
      assert.isTrue(
        createHash("sha256").update(Buffer.from(content, "latin1")).digest("hex").startsWith(digest)
      )
    }
    assert.isUndefined(assetAt("/-/page.js"))
    assert.isUndefined(assetAt("__proto__"))
  })
})

describe("the script's SHA-256", () => {
  it("is Node's, of any length and cut into any pieces", () => {
    const random = seeded(13)
    for (let length = 0; length < 300; length++) {
      const bytes = Buffer.from(Uint8Array.from({ length }, () => random(256)))
      const hash = new Sha256()
      for (let position = 0; position < length;) {
        const end = position + 1 + random(100)
        hash.update(bytes.subarray(position, end))
        position = end
      }
      assert.strictEqual(
        hash.digest(),
        createHash("sha256").update(bytes).digest("hex"),
        `${length}`
      )
    }
  })
})
