/** Answers as a person or a script reads them: lines, or one JSON value a question; what went wrong on standard error. */
import { Effect, type Stdio, Stream } from "effect"
import type { Outcome } from "../../client/Download.ts"
import type { Result } from "../../client/Fetch.ts"
import * as ByteString from "../../domain/ByteString.ts"
import type { Answer, AnswerError } from "./Answer.ts"
import * as Display from "./Display.ts"
import { errorMessage } from "./ErrorMessage.ts"
import { escape } from "../Escape.ts"
import { exitCode, Failure } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import { complain, print } from "../Output.ts"

/** How to render answers. */
export interface Options {
  readonly json: boolean
  /** Whether the question may have several answers: a listing, several files, or a pattern. */
  readonly many: boolean
  /** The one name that was asked for; where its file is the only answer, there were not several after all. */
  readonly asked: ByteString.ByteString | undefined
  /** The server, as it is called in sentences. */
  readonly address: string
  readonly messages: Messages
  /** Makes room on the terminal. */
  readonly clear: () => void
  /** Says what went wrong. */
  readonly complain: (sentence: string) => Effect.Effect<void, never, Stdio.Stdio>
}

const outcomeJson = (outcome: Outcome): Display.Json => {
  const { name, path, size } = outcome
  switch (outcome._tag) {
    case "Saved":
      return {
        name,
        path,
        bytes: size,
        sha256: outcome.sha256 ?? null,
        seconds: outcome.seconds ?? null,
        resumedFrom: outcome.resumedFrom
      }
    case "Same":
      return { name, path, bytes: size, sha256: outcome.sha256, same: true }
    case "Kept":
      return { name, path, bytes: size, kept: true }
  }
}

const date = (modified: Date): string => modified.toISOString().slice(0, 16).replace("T", " ")

const sizeColumn = 15

/** What of an answer goes to standard output as text. */
const toText = (answer: Answer): string => {
  switch (answer._tag) {
    case "Reply":
      return Display.toText(answer.reply)
    case "Name": {
      const { details, name } = answer
      const text = escape(ByteString.toTextLossy(name))
      return details === undefined
        ? `${text}\n`
        : `${String(details.size).padStart(sizeColumn)}  ${date(details.modified)}  ${text}\n`
    }
    case "File":
      return answer.result._tag === "Done" ? `${escape(answer.result.outcome.path)}\n` : ""
    case "Streamed":
      return ""
  }
}

/** What of an answer goes to standard output as JSON. */
const toJson = (answer: Answer, options: Options): ReadonlyArray<Display.Json> => {
  const { address, messages } = options
  switch (answer._tag) {
    case "Reply":
      return [Display.toJson(answer.reply)]
    case "Name": {
      const { details } = answer
      const name = ByteString.toTextLossy(answer.name)
      return details === undefined
        ? [name]
        : [{ name, bytes: details.size, modified: details.modified.toISOString() }]
    }
    case "File":
      // A refusal is no result, unless it stands among others.
      if (answer.result._tag === "Failed" && !isOneOfMany(answer.result, options)) return []
      return [
        answer.result._tag === "Done"
          ? outcomeJson(answer.result.outcome)
          : {
              name: ByteString.toTextLossy(answer.result.name),
              error: errorMessage(answer.result.error, address, messages).sentence
            }
      ]
    case "Streamed":
      return []
  }
}

/** How the files of one question fared. */
interface Counts {
  saved: number
  same: number
  kept: number
  failed: number
  mismatched: boolean
}

const isOneOfMany = (result: Result, { asked, many }: Options): boolean =>
  many && nameOf(result) !== (asked === undefined ? undefined : ByteString.toTextLossy(asked))

const nameOf = (result: Result): string =>
  result._tag === "Done" ? result.outcome.name : ByteString.toTextLossy(result.name)

/** Counts a file, and says of it what is not for standard output. */
const note = (answer: Answer, counts: Counts, options: Options) => {
  if (answer._tag !== "File") return Effect.void
  const { address, json, messages } = options
  const { result } = answer
  if (result._tag === "Failed") {
    counts.failed += 1
    const { code, sentence } = errorMessage(result.error, address, messages)
    if (code === exitCode.mismatch) counts.mismatched = true
    return options.complain(
      isOneOfMany(result, options)
        ? messages.client.failed(escape(ByteString.toTextLossy(result.name)), sentence)
        : sentence
    )
  }
  const { outcome } = result
  const path = escape(outcome.path)
  switch (outcome._tag) {
    case "Saved":
      counts.saved += 1
      return Effect.void
    case "Same":
      counts.same += 1
      return json ? Effect.void : complain(messages.client.same(path))
    case "Kept":
      counts.kept += 1
      return json ? Effect.void : complain(messages.client.kept(path))
  }
}

/** Prints the answers to one question as they come; fails if some file could not be had. */
export const render = <R>(answers: Stream.Stream<Answer, AnswerError, R>, options: Options) =>
  Effect.gen(function* () {
    const { clear, json, messages } = options
    let many = options.many
    const counts: Counts = { saved: 0, same: 0, kept: 0, failed: 0, mismatched: false }
    const values: Array<Display.Json> = []
    yield* Stream.runForEachArray(answers, (some) =>
      Effect.gen(function* () {
        clear()
        for (const answer of some) {
          if (answer._tag === "File") many = isOneOfMany(answer.result, options)
          yield* note(answer, counts, options)
        }
        if (json) for (const answer of some) values.push(...toJson(answer, options))
        else yield* print(some.map(toText).join(""))
      })
    )
    const [only] = values
    if (json && (many || only !== undefined)) {
      yield* print(`${JSON.stringify(many ? values : only)}\n`)
    }
    const files = counts.saved + counts.same + counts.kept + counts.failed
    if (many && files > 0 && !json) yield* complain(messages.client.summary(counts))
    if (counts.failed > 0) {
      return yield* new Failure({
        code: counts.mismatched ? exitCode.mismatch : exitCode.refused,
        sentence: ""
      })
    }
  })
