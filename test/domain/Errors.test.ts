import { assert, it } from "@effect/vitest"
import { FileNotFound, UnknownCommand } from "../../src/domain/Errors.ts"

it("an error that is a reply has no stack, and leaves other errors theirs", () => {
  for (const error of [new UnknownCommand({ name: "x" }), new FileNotFound()]) {
    assert.notInclude(error.stack, "at ")
    assert.instanceOf(error, Error)
  }
  assert.include(new Error("x").stack, "at ")
})
