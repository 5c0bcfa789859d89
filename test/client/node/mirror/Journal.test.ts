/** A mirror's journal, in whose place somebody put something else. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { append } from "../../../../src/client/node/SystemCalls.ts"
import { temporaryFolder } from "../../../support/stores/TemporaryFolder.ts"

const { O_NONBLOCK, O_RDONLY } = fs.constants

it.effect("nothing is written into a FIFO, and nothing waits for its reader", () =>
  Effect.gen(function* () {
    const journal = join(yield* temporaryFolder, "journal")
    execFileSync("mkfifo", [journal])
    // Read first: where a FIFO without a reader is waited for, the test could not even time out.
    const reader = fs.openSync(journal, O_RDONLY | O_NONBLOCK)
    try {
      assert.throws(() => append(journal, "line"), "no regular file")
      assert.strictEqual(fs.readSync(reader, Buffer.alloc(10)), 0)
    } finally {
      fs.closeSync(reader)
    }
    assert.throws(() => append(journal, "line"), "ENXIO")
  })
)
