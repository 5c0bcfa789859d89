/** Answers the commands by which a connection follows the changes of the files. */
import { Effect } from "effect"
import type { Case, SubscriptionCommand } from "../../commands/Command.ts"
import * as Reply from "../../domain/Reply.ts"
import type { Answer } from "../../Router.ts"
import type { ConnectionContext } from "../ConnectionContext.ts"
import { inputEnded } from "./InputEnd.ts"

const nothing = Reply.Reply.NullList()

/** Counts what the names of a request take until they are answered. */
const holding = (
  context: ConnectionContext,
  { streams }: Case<"StreamRead">,
  answer: Exclude<Answer, Reply.Reply>
): Answer =>
  Effect.suspend(() => {
    context.listHeld = streams.reduce((sum, { name }) => sum + name.length, 0)
    return answer
  }).pipe(Effect.ensuring(Effect.sync(() => void (context.listHeld = 0))))

/** Answers XREAD. Where it waits for a change, it does so until the client has gone, too, and nothing else is answered meanwhile. */
const readStreams = (context: ConnectionContext, command: Case<"StreamRead">): Answer => {
  const { peer, server } = context
  if (command.block === undefined) return server.router.readStreams(command, false)
  return holding(
    context,
    command,
    Effect.raceFirst(server.router.readStreams(command, true), Effect.as(inputEnded(peer), nothing))
  )
}

/** Answers a command of class `subscription`. */
export const askSubscription = (context: ConnectionContext, command: SubscriptionCommand): Answer =>
  readStreams(context, command)
