/** `app client`: one command (`--cmd`), a batch of them from standard input, or the menu on a terminal. */
import { Effect, Option, Stdio } from "effect"
import { Argument, Command } from "effect/cli"
import { Connection } from "../../client/Connection.ts"
import { growingPause, shortPause } from "../../client/Connector.ts"
import * as NodeHashing from "../../client/node/Hashing.ts"
import * as NodePartFiles from "../../client/node/PartFiles.ts"
import { waitWithin } from "../../client/changes/RemoteChanges.ts"
import { defaultReadTimeout, makeConnectors } from "../../client/node/Connectors.ts"
import * as NodeSmallFiles from "../../client/node/SmallFiles.ts"
import * as PickleConnection from "../../client/PickleConnection.ts"
import type { Args } from "../../commands/Argument.ts"
import { splitLine } from "../../codec/resp/InlineLine.ts"
import * as ByteString from "../../domain/ByteString.ts"
import { formatAddress } from "../../domain/Address.ts"
import { type ChangeId, formatId } from "../../domain/FileChange.ts"
import { followCommand, isFollow, placeOf } from "./changes/FollowCommand.ts"
import { batch } from "./Batch.ts"
import * as Certificates from "./Certificates.ts"
import { clientFlags, clientGroups } from "./ClientFlags.ts"
import { completeNames } from "./CompleteNames.ts"
import { errorMessage } from "./ErrorMessage.ts"
import { exitCode, Failure } from "../Failure.ts"
import { flagsIn, groupsOf } from "../flags/Descriptor.ts"
import { menu } from "./menu/Menu.ts"
import { intervalOf, mirrorCommand, misuse } from "./mirror/MirrorCommand.ts"
import { Layout } from "../usage/HelpPage.ts"
import type { Messages } from "../Messages.ts"
import { printError } from "../Output.ts"
import * as PasswordFile from "../PasswordFile.ts"
import { makeQuestions } from "./Questions.ts"
import { render } from "./Render.ts"
import { makeProgressLines } from "./progress/ProgressLines.ts"
import { makeUnfinished } from "./progress/Unfinished.ts"
import { variable as completionVariable } from "../usage/ServerNames.ts"
import { ignoreHangupUnderNohup, stopSignal, terminateSignal } from "../Signals.ts"

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
const rangeOf = (start: Option.Option<number>, length: Option.Option<number>) =>
  Option.isNone(start) && Option.isNone(length)
    ? undefined
    : { start: Option.getOrElse(start, () => 0), length: Option.getOrUndefined(length) }

/** The command `app client`. */
export const client = (messages: Messages) =>
  Command.make(
    "client",
    {
      ...flagsIn(messages.language)(clientFlags),
      rest: Argument.String(messages.help.argument).pipe(
        Argument.withDescription(messages.help.arguments),
        Argument.variadic()
      )
    },
    Effect.fn("client")(function* (flags) {
      const { cmd, host, json, port, protocol, quiet, rest, retries, timeout } = flags
      const address = formatAddress({ host, port })
      const stdio = yield* Stdio.Stdio
      const wrong = misuse(flags, messages)
      if (wrong !== undefined) return yield* wrong
      const person =
        Option.isNone(cmd)
        && Option.isNone(flags.mirror)
        && (yield* stdio.stdinIsTerminal)
        && (yield* stdio.stdoutIsTerminal)

      const args = Option.isNone(cmd) ? undefined : yield* argsOf(cmd.value, rest, messages)
      // An original server's answer is that it does not know the command.
      const isFollowing = args !== undefined && isFollow(args) && protocol !== "pickle"
      const from = yield* placeOf(flags.since, isFollowing, messages)
      let followed: ChangeId | undefined

      const unfinished = makeUnfinished()
      const interrupted = Effect.suspend(() => {
        const sentence = quiet
          ? ""
          : followed === undefined
            ? unfinished.sentence(messages)
            : messages.changes.goOn(formatId(followed))
        return Effect.fail(new Failure({ code: exitCode.interrupted, sentence }))
      })

      const run = Effect.gen(function* () {
        yield* ignoreHangupUnderNohup
        const progress = yield* makeProgressLines(quiet, messages)
        let [password] = yield* PasswordFile.load(flags.passwordFile, messages)
        const tls = yield* Certificates.load(flags, messages)
        if (tls?.insecure === true) yield* printError(messages.tls.insecure(address))
        const connectors = yield* makeConnectors({
          host,
          port,
          tls,
          password: () => password,
          protocol: (protocol === "pickle" ? PickleConnection : Connection).layer,
          connectTimeout: Option.getOrUndefined(timeout),
          readTimeout: Option.getOrUndefined(timeout),
          minRate: flags.minRate,
          retries,
          pause: intervalOf(flags) === undefined ? growingPause : shortPause,
          counting:
            person || isFollowing || intervalOf(flags) !== undefined
              ? "since the last answer"
              : "over all",
          onRetry: (attempt) => {
            progress.clear()
            // At the menu a server may just have closed an idle connection, which need not be said.
            return (person && attempt === 1) || quiet
              ? Effect.void
              : Effect.provideService(
                  printError(messages.client.retrying(address, attempt, retries)),
                  Stdio.Stdio,
                  stdio
                )
          }
        })
        const completing = process.env[completionVariable]
        if (completing !== undefined) {
          return yield* completeNames(completing, args ?? [], connectors)
        }
        if (Option.isSome(flags.mirror)) {
          const folder = flags.mirror.value
          const options = { folder, connectors, address, messages, progress }
          return yield* mirrorCommand(flags, options)
        }
        if (isFollowing) {
          return yield* followCommand(args.slice(1), {
            connector: connectors.bytes,
            wait: waitWithin(Option.getOrElse(timeout, () => defaultReadTimeout)),
            from,
            hidden: flags.hidden,
            json,
            messages,
            onTold: (place) => {
              followed = place
            }
          })
        }
        const questions = makeQuestions(
          {
            output: Option.getOrUndefined(flags.output),
            verify: !flags.noVerify,
            overwrite: !flags.noOverwrite,
            hidden: flags.hidden,
            clean: flags.clean,
            range: rangeOf(flags.start, flags.length),
            long: flags.long,
            original: protocol === "pickle",
            onProgress: (event) => {
              unfinished.add(event)
              progress.show(event)
            }
          },
          connectors
        )
        const presentation = {
          json,
          quiet,
          verbose: flags.verbose,
          isTerminal: yield* stdio.stderrIsTerminal,
          address,
          messages,
          clear: progress.clear,
          printError
        }
        if (person) {
          return yield* menu({
            questions,
            connectors,
            presentation,
            setPassword: (typed) => {
              password = typed
            },
            endTransfer: () => {
              const sentence = unfinished.sentence(messages)
              unfinished.clear()
              progress.reset()
              return sentence
            }
          })
        }
        if (args === undefined) {
          if (rest.length > 0) return yield* usage(messages.usage.missing("--cmd"))
          return yield* batch(questions, presentation)
        }
        const request = questions.parse(args)
        return yield* render(request, questions.answer(request), presentation)
      })
      return yield* run.pipe(
        Effect.scoped,
        Effect.provide([NodeHashing.layer, NodePartFiles.layer, NodeSmallFiles.layer]),
        Effect.mapError((error) =>
          error._tag === "Failure" ? error : errorMessage(error, address, messages)
        ),
        // The menu knows what Ctrl-C is to stop.
        Effect.raceFirst(Effect.andThen(person ? terminateSignal : stopSignal, interrupted))
      )
    })
  ).pipe(
    Command.withDescription(messages.help.client),
    Command.annotate(Layout, {
      groups: groupsOf(clientGroups, messages.help.groups),
      sections: [
        {
          heading: messages.help.headings.serverCommands,
          rows: messages.help.serverCommands
        }
      ]
    }),
    Command.withExamples([
      { command: "app client", description: messages.help.examples.menu },
      { command: "app client --cmd hora_atual", description: messages.help.examples.time },
      {
        command: 'app client --cmd enviar_arquivo "Relatório de março.txt"',
        description: messages.help.examples.send
      }
    ])
  )
