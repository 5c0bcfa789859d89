/** Runs `app client`: what its flags ask for, over connections to the server. The flags themselves: ClientCommand. */
import { Effect, Option, type Redacted, Stdio } from "effect"
import type { Connectors } from "../../client/Connector.ts"
import { growingPause, shortPause } from "../../client/Losses.ts"
import { waitWithin } from "../../client/changes/RemoteChanges.ts"
import { defaultReadTimeout, makeConnectors } from "../../client/node/Connectors.ts"
import * as NodeHashing from "../../client/node/Hashing.ts"
import * as NodePartFiles from "../../client/node/PartFiles.ts"
import * as NodeSmallFiles from "../../client/node/SmallFiles.ts"
import * as PickleConnection from "../../client/PickleConnection.ts"
import * as RespConnection from "../../client/RespConnection.ts"
import { splitLine } from "../../codec/resp/InlineLine.ts"
import type { Args } from "../../commands/Argument.ts"
import { formatAddress } from "../../domain/Address.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { type ChangeId, formatId } from "../../domain/FileChange.ts"
import { exitCode, Failure } from "../Failure.ts"
import type { Messages } from "../Messages.ts"
import { printError } from "../Output.ts"
import * as PasswordFile from "../PasswordFile.ts"
import { ignoreHangupUnderNohup, stopSignal, terminateSignal } from "../Signals.ts"
import { variable as completionVariable } from "../usage/ServerNames.ts"
import { batch } from "./Batch.ts"
import * as Certificates from "./Certificates.ts"
import { followCommand, followedBy, placeOf } from "./changes/FollowCommand.ts"
import type { ClientFlags } from "./ClientFlags.ts"
import { completeNames } from "./CompleteNames.ts"
import { errorMessage } from "./ErrorMessage.ts"
import { misuse } from "./flags/Misuse.ts"
import { menu } from "./menu/Menu.ts"
import { isFollowing, mirrorCommand } from "./mirror/MirrorCommand.ts"
import { makeProgressLines, type ProgressLines } from "./progress/ProgressLines.ts"
import { makeUnfinished, type Unfinished } from "./progress/Unfinished.ts"
import { makeQuestions, type Questions } from "./Questions.ts"
import { type Options as Presentation, render } from "./Render.ts"

/** The flags, and the words that follow them. */
interface Flags extends ClientFlags {
  readonly rest: ReadonlyArray<string>
}

/** One run of the command. */
interface Run {
  readonly flags: Flags
  readonly messages: Messages
  /** The server's, as sentences have it. */
  readonly address: string
  /** The words of `--cmd`, and those behind it; `undefined` without it. */
  readonly args: Args | undefined
  /** The patterns whose changes are followed; `undefined` where none are. */
  readonly followed: Args | undefined
  /** The place from which they are followed; from now on where it is `undefined`. */
  readonly from: ChangeId | undefined
  /** Whether it has a terminal and nothing to ask: then a person has the menu. */
  readonly isAtMenu: boolean
  readonly unfinished: Unfinished
  /** What further connections give; the menu may ask for another one. */
  password: Redacted.Redacted | undefined
  /** The change that was told last. */
  told: ChangeId | undefined
}

const usage = (sentence: string) => new Failure({ code: exitCode.usage, sentence })

/** The args of `--cmd`: split by the rules of an inline request only where no arguments follow. */
const argsOf = (
  cmd: string,
  rest: ReadonlyArray<string>,
  messages: Messages
): Effect.Effect<Args, Failure> => {
  const args =
    rest.length === 0
      ? splitLine(ByteString.fromText(cmd))
      : [cmd, ...rest].map(ByteString.fromText)
  if (args === undefined) return Effect.fail(usage(messages.usage.unbalancedQuotes))
  return args.length === 0 ? Effect.fail(usage(messages.usage.emptyCommand)) : Effect.succeed(args)
}

/** The part of a file that the flags ask for. */
const rangeOf = ({ length, start }: Flags) =>
  Option.isNone(start) && Option.isNone(length)
    ? undefined
    : { start: Option.getOrElse(start, () => 0), length: Option.getOrUndefined(length) }

/** The connections to the server, as the flags want them. Ends the run where passwords or certificates are unusable. */
const connect = Effect.fnUntraced(function* (run: Run, { clear }: ProgressLines) {
  const { address, flags, followed, isAtMenu, messages } = run
  const { host, minRate, port, protocol, quiet, retries } = flags
  const timeout = Option.getOrUndefined(flags.timeout)
  const stdio = yield* Stdio.Stdio
  ;[run.password] = yield* PasswordFile.load(flags.passwordFile, messages)
  const tls = yield* Certificates.load(flags, messages)
  if (tls?.insecure === true) yield* printError(messages.tls.insecure(address))
  const isMirrorFollowing = isFollowing(flags)
  const goesOn = isAtMenu || followed !== undefined || isMirrorFollowing
  return yield* makeConnectors({
    host,
    port,
    tls,
    password: () => run.password,
    protocol: (protocol === "pickle" ? PickleConnection : RespConnection).layer,
    connectTimeout: timeout,
    readTimeout: timeout,
    minRate,
    retries,
    pause: isMirrorFollowing ? shortPause : growingPause,
    counting: goesOn ? "since the last answer" : "over all",
    onRetry: (attempt) => {
      clear()
      // At the menu a server may just have closed an idle connection, which need not be said.
      return (isAtMenu && attempt === 1) || quiet
        ? Effect.void
        : Effect.provideService(
            printError(messages.client.retrying(address, attempt, retries)),
            Stdio.Stdio,
            stdio
          )
    }
  })
})

/** Requests as the flags want them answered. */
const questionsOf = (
  { flags, unfinished }: Run,
  connectors: Connectors,
  progress: ProgressLines
): Questions =>
  makeQuestions(
    {
      output: Option.getOrUndefined(flags.output),
      verify: !flags.noVerify,
      overwrite: !flags.noOverwrite,
      hidden: flags.hidden,
      clean: flags.clean,
      range: rangeOf(flags),
      long: flags.long,
      original: flags.protocol === "pickle",
      onProgress: (event) => {
        unfinished.add(event)
        progress.show(event)
      }
    },
    connectors
  )

/** Has a person choose what is asked, until they leave. */
const showMenu = (
  run: Run,
  connectors: Connectors,
  questions: Questions,
  presentation: Presentation,
  progress: ProgressLines
) =>
  menu({
    questions,
    connectors,
    presentation,
    setPassword: (typed) => {
      run.password = typed
    },
    endTransfer: () => {
      const sentence = run.unfinished.sentence(run.messages)
      run.unfinished.clear()
      progress.reset()
      return sentence
    }
  })

/** Prints the changes of the files until it is told to stop. */
const follow = (run: Run, patterns: Args, { bytes: connector }: Connectors) => {
  const { flags, from, messages } = run
  return followCommand(patterns, {
    connector,
    wait: waitWithin(Option.getOrElse(flags.timeout, () => defaultReadTimeout)),
    from,
    hidden: flags.hidden,
    json: flags.json,
    quiet: flags.quiet,
    messages,
    onTold: (place) => {
      run.told = place
    }
  })
}

/** Has it done over connections to the server. */
const perform = Effect.fnUntraced(function* (run: Run) {
  const { address, args, flags, followed, isAtMenu, messages } = run
  yield* ignoreHangupUnderNohup
  const progress = yield* makeProgressLines(flags.quiet, messages)
  const connectors = yield* connect(run, progress)
  const completing = process.env[completionVariable]
  if (completing !== undefined) return yield* completeNames(completing, args ?? [], connectors)
  if (Option.isSome(flags.mirror)) {
    const folder = flags.mirror.value
    return yield* mirrorCommand(flags, { folder, connectors, address, messages, progress })
  }
  if (followed !== undefined) return yield* follow(run, followed, connectors)
  const questions = questionsOf(run, connectors, progress)
  const presentation: Presentation = {
    json: flags.json,
    quiet: flags.quiet,
    verbose: flags.verbose,
    isTerminal: yield* (yield* Stdio.Stdio).stderrIsTerminal,
    address,
    messages,
    clear: progress.clear,
    printError
  }
  if (isAtMenu) return yield* showMenu(run, connectors, questions, presentation, progress)
  if (args === undefined) return yield* batch(questions, presentation)
  const request = questions.parse(args)
  return yield* render(request, questions.answer(request), presentation)
})

/** How a run ends that a signal stops, and how the next one goes on. */
const interrupted = ({ flags, messages, told, unfinished }: Run): Failure => {
  const goingOn =
    told === undefined ? unfinished.sentence(messages) : messages.changes.goOn(formatId(told))
  return new Failure({ code: exitCode.interrupted, sentence: flags.quiet ? "" : goingOn })
}

/** Does what the flags ask for. Fails with the sentence that says how it ended. */
export const runClient = Effect.fn("client")(function* (flags: Flags, messages: Messages) {
  const { cmd, host, port, rest } = flags
  const address = formatAddress({ host, port })
  const stdio = yield* Stdio.Stdio
  const isAtMenu =
    Option.isNone(cmd)
    && Option.isNone(flags.mirror)
    && (yield* stdio.stdinIsTerminal)
    && (yield* stdio.stdoutIsTerminal)
  const args = Option.isNone(cmd) ? undefined : yield* argsOf(cmd.value, rest, messages)
  const wrong = misuse({ flags, args, environment: process.env }, messages)
  // A command line that is to be completed may lack what will be right about it.
  if (wrong !== undefined && process.env[completionVariable] === undefined) return yield* wrong
  const run: Run = {
    flags,
    messages,
    address,
    args,
    followed: followedBy(args, flags),
    from: yield* placeOf(flags.since, messages),
    isAtMenu,
    unfinished: makeUnfinished(),
    password: undefined,
    told: undefined
  }
  return yield* perform(run).pipe(
    Effect.scoped,
    Effect.provide([NodeHashing.layer, NodePartFiles.layer, NodeSmallFiles.layer]),
    Effect.mapError((error) =>
      error._tag === "Failure" ? error : errorMessage(error, address, messages)
    ),
    // The menu knows what Ctrl-C is to stop.
    Effect.raceFirst(
      Effect.andThen(
        isAtMenu ? terminateSignal : stopSignal,
        Effect.suspend(() => Effect.fail(interrupted(run)))
      )
    )
  )
})
