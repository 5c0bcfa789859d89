/** Prints results: lines, or one JSON value per request, on standard output; failures and notes on standard error. */
import { Effect, type Stdio, Stream } from "effect"
import { type AnswerError, mayHaveMany, onlyName, type Request } from "../../client/Requests.ts"
import type { Result } from "../../client/Result.ts"
import * as ByteString from "../../domain/ByteString.ts"
import * as Monotonic from "../../domain/Monotonic.ts"
import * as Display from "./Display.ts"
import { codeOf, errorMessage } from "./ErrorMessage.ts"
import { escape, toJsonLine } from "../Escape.ts"
import { exitCode, Failure } from "../Failure.ts"
import { formatBytes } from "./FormatBytes.ts"
import type { Messages } from "../Messages.ts"
import { formatSeconds } from "./progress/Layout.ts"
import { printError, print } from "../Output.ts"

/** How to render results. */
export interface Options {
  readonly json: boolean
  /** Whether with `json` a failure is a value even where its request has no other result, as in a batch. */
  readonly failuresAreValues?: boolean
  /** The server, as it is called in sentences. */
  readonly address: string
  readonly messages: Messages
  /** Whether notes are left out: what is not a result and no failure. */
  readonly quiet: boolean
  /** Whether each file that was there already is noted, of a request for several. */
  readonly verbose: boolean
  /** Whether a person sees standard error, and so how many bytes came, and how long that took. */
  readonly isTerminal: boolean
  /** Clears the line of progress. */
  readonly clear: () => void
  /** Prints why something failed. */
  readonly printError: (sentence: string) => Effect.Effect<void, never, Stdio.Stdio>
}

const date = (modified: Date): string => modified.toISOString().slice(0, 16).replace("T", " ")

const sizeColumn = 15

/** The text of a result on standard output. */
const toText = (result: Result): string => {
  switch (result._tag) {
    case "Reply":
      return Display.toText(result.reply)
    case "Name": {
      const { details, name } = result
      const text = escape(ByteString.toTextLossy(name))
      return details === undefined
        ? `${text}\n`
        : `${String(details.size).padStart(sizeColumn)}  ${date(details.modified)}  ${text}\n`
    }
    case "Saved":
    case "Unchanged":
    case "Kept":
      return `${escape(result.path)}\n`
    case "Failed":
    case "Leftover":
    case "Streamed":
      return ""
  }
}

/** Whether the result is one of several of its request, as far as is known by now. */
const isOneOfMany = (request: Request, { name }: { readonly name: string }): boolean => {
  const only = onlyName(request)
  return mayHaveMany(request) && (only === undefined || name !== ByteString.toTextLossy(only))
}

/** The JSON values of a result on standard output. */
const toJson = (
  request: Request,
  result: Result,
  { address, failuresAreValues, messages }: Options
): ReadonlyArray<Display.Json> => {
  switch (result._tag) {
    case "Reply":
      return [Display.toJson(result.reply)]
    case "Name": {
      const { details } = result
      const name = Display.toJsonText(result.name)
      return details === undefined
        ? [name]
        : [{ name, bytes: details.size, modified: details.modified.toISOString() }]
    }
    case "Saved": {
      const { name, path, resumedFrom, seconds = null, sha256 = null, size } = result
      return [{ name, path, bytes: size, sha256, seconds, resumedFrom }]
    }
    case "Unchanged": {
      const { name, path, sha256, size } = result
      return [{ name, path, bytes: size, sha256, same: true }]
    }
    case "Kept": {
      const { name, path, size } = result
      return [{ name, path, bytes: size, kept: true }]
    }
    case "Failed":
      // A failure is a value only where its request has several results.
      return failuresAreValues === true || isOneOfMany(request, result)
        ? [
            {
              name: result.name,
              code: codeOf(result.error),
              error: errorMessage(result.error, address, messages).sentence
            }
          ]
        : []
    case "Leftover":
    case "Streamed":
      return []
  }
}

/** How many files of one request had which result. */
interface Counts {
  saved: number
  /** Of files that were saved: the bytes that this run received, and how many files were compared by their digests. */
  bytes: number
  verified: number
  same: number
  kept: number
  failed: number
  mismatched: boolean
}

/** Counts a file's result, and prints what of it belongs on standard error. */
const reportResult = (request: Request, result: Result, counts: Counts, options: Options) => {
  const { address, json, messages, quiet, verbose } = options
  switch (result._tag) {
    case "Saved":
      counts.saved += 1
      counts.bytes += result.size - result.resumedFrom
      if (result.sha256 !== undefined) counts.verified += 1
      if (quiet) return Effect.void
      return Effect.forEach(
        result.notPreserved,
        (what) => printError(messages.client.notPreserved[what](escape(result.path))),
        { discard: true }
      )
    case "Unchanged":
      counts.same += 1
      return json || quiet || (isOneOfMany(request, result) && !verbose)
        ? Effect.void
        : printError(messages.client.same(escape(result.path)))
    case "Kept":
      counts.kept += 1
      return json || quiet ? Effect.void : printError(messages.client.kept(escape(result.path)))
    case "Failed": {
      counts.failed += 1
      const { code, sentence } = errorMessage(result.error, address, messages)
      if (code === exitCode.mismatch) counts.mismatched = true
      return options.printError(
        isOneOfMany(request, result)
          ? messages.client.failed(escape(result.name), sentence)
          : sentence
      )
    }
    case "Leftover": {
      const { isRemoved, path, size } = result
      const { leftover, swept } = messages.client
      return quiet
        ? Effect.void
        : printError((isRemoved ? swept : leftover)(escape(path), formatBytes(size)))
    }
    case "Reply":
    case "Name":
    case "Streamed":
      return Effect.void
  }
}

/** Prints the results of one request as they come; fails at the end if some file could not be fetched. */
export const render = <R>(
  request: Request,
  results: Stream.Stream<Result, AnswerError, R>,
  options: Options
) =>
  Effect.gen(function* () {
    const { clear, isTerminal, json, messages, quiet } = options
    const began = yield* Monotonic.now
    let many = mayHaveMany(request)
    const counts: Counts = {
      saved: 0,
      bytes: 0,
      verified: 0,
      same: 0,
      kept: 0,
      failed: 0,
      mismatched: false
    }
    let values = 0
    let names = 0
    /** A list is written as it comes, for it may be endless; whether it is one, the first value tells. */
    const printJson = (some: ReadonlyArray<Display.Json>) => {
      const text = some
        .map((value) => `${many ? (values++ === 0 ? "[" : ",") : ""}${toJsonLine(value)}`)
        .join("")
      return text === "" ? Effect.void : print(many ? text : `${text}\n`)
    }
    /** Without its bracket, so that nobody takes it for all of the list. */
    const breakOff = Effect.suspend(() => (json && many && values > 0 ? print("\n") : Effect.void))
    yield* Stream.runForEachArray(results, (some) =>
      Effect.gen(function* () {
        clear()
        for (const result of some) {
          if (result._tag === "Name") names += 1
          if ("name" in result && result._tag !== "Name") many = isOneOfMany(request, result)
          yield* reportResult(request, result, counts, options)
        }
        yield* json
          ? printJson(some.flatMap((result) => toJson(request, result, options)))
          : print(some.map(toText).join(""))
      })
    ).pipe(Effect.tapError(() => Effect.ignore(breakOff)))
    if (json && many) yield* print(values === 0 ? "[]\n" : "]\n")
    if (request._tag === "Names" && request.pattern !== undefined && names === 0 && !quiet) {
      const pattern = escape(ByteString.toTextLossy(request.pattern))
      yield* printError(messages.client.nothingMatches(pattern))
    }
    const files = counts.saved + counts.same + counts.kept + counts.failed
    if (many && files > 0 && !json && !quiet) {
      const { bytes, saved, verified } = counts
      const seconds = ((yield* Monotonic.now) - began) / 1000
      const pace = messages.client.pace(
        formatBytes(bytes),
        formatSeconds(seconds),
        verified === saved
      )
      const summary = messages.client.summary(counts)
      yield* printError(isTerminal && saved > 0 ? `${summary} ${pace}` : summary)
    }
    if (counts.failed > 0) {
      return yield* new Failure({
        code: counts.mismatched ? exitCode.mismatch : exitCode.refused,
        sentence: ""
      })
    }
  })
