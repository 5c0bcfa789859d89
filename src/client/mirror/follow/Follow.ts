/**
 * Keeps a mirror as the server is: its place in the log of changes first, then a comparison of everything, then the names
 * that changes hint at, as they happen. Everything is compared again where changes may have been missed, and in intervals
 * where the server tells of none. How a comparison is made is the caller's affair; what changes are: client/changes.
 */
import { Duration, Effect } from "effect"
import type { ChangeId, LoggedChange } from "../../../domain/FileChange.ts"
import type { FileName } from "../../../domain/FileName.ts"
import * as Monotonic from "../../../domain/Monotonic.ts"
import { type FollowError, lastPlace, nextChanges } from "../../changes/RemoteChanges.ts"
import type { Connector } from "../../Connector.ts"
import { ConnectFailed, ConnectionLost, isLoss } from "../../SocketIO.ts"

/** So many changed names are asked for one by one; of more, everything is compared. */
const mostNames = 2000

/** How long to wait between two comparisons of everything where they have to be made, unless it is said. */
export const defaultInterval = Duration.seconds(30)

/** How long to wait before a server is asked again that could not be reached. */
const unreachable = Duration.seconds(1)

/** What to follow, and what to do about it. */
export interface Options<E, R> {
  readonly connector: Connector
  /** How long the server may wait for a change, in milliseconds. */
  readonly wait: number
  /** After how long everything is compared again where the server tells of no changes, or something did not go well. */
  readonly every: Duration.Duration
  /** Whether everything is compared so often all the same. */
  readonly isAlwaysCompared: boolean
  /** Whether a name is among those that are mirrored. */
  readonly isSelected: (name: FileName) => boolean
  /** Compares everything; says whether all is as it is on the server. */
  readonly compareAll: Effect.Effect<boolean, E, R>
  /** As `compareAll`, of these names alone. */
  readonly compareNames: (names: ReadonlySet<FileName>) => Effect.Effect<boolean, E, R>
  /** Called with what ended a comparison; it is tried again. */
  readonly onFailure: (error: NoInfer<E> | FollowError) => Effect.Effect<void, never, R>
}

/** How far the mirror is. */
interface State {
  /** The change up to which it is as the server; `undefined` where the server tells of none. */
  readonly place: ChangeId | undefined
  /** When everything is to be compared again, by Monotonic. */
  readonly due: number
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof ConnectFailed || error instanceof ConnectionLost || isLoss(error)

const tellsOfNone = (error: FollowError): boolean =>
  error._tag === "ErrorReply" && error.code === "NOCHANGES"

/** The names that changes are about; `undefined` where everything has to be looked at. */
const namesOf = (
  changes: ReadonlyArray<LoggedChange>,
  isSelected: (name: FileName) => boolean
): ReadonlySet<FileName> | undefined => {
  const names = new Set<FileName>()
  for (const { change } of changes) {
    if (change._tag === "Rescan") return undefined
    if (isSelected(change.name)) names.add(change.name)
  }
  return names.size > mostNames ? undefined : names
}

/** Follows the server for ever. */
export const follow = <E, R>(options: Options<E, R>): Effect.Effect<never, never, R> => {
  const { compareAll, compareNames, connector, isSelected, onFailure, wait } = options
  const every = Duration.toMillis(options.every)

  const dueAfter = (now: number, isWell: boolean): number =>
    isWell && !options.isAlwaysCompared ? Number.POSITIVE_INFINITY : now + every

  /** Compares everything; what happens meanwhile lies behind the place that was taken before. */
  const whole: Effect.Effect<State, E | FollowError, R> = Effect.gen(function* () {
    const place = yield* Effect.catchIf(lastPlace(connector), tellsOfNone, () => Effect.undefined)
    const isWell = yield* compareAll
    return { place, due: dueAfter(yield* Monotonic.now, isWell && place !== undefined) }
  })

  /** The next step from a state on; where it fails, the state stays, and the same changes are asked for again. */
  const step = (state: State): Effect.Effect<State, E | FollowError, R> =>
    Effect.gen(function* () {
      const { due, place } = state
      const now = yield* Monotonic.now
      if (now >= due) return yield* whole
      if (place === undefined) {
        yield* Effect.sleep(due - now)
        return state
      }
      const patience = Math.min(wait, Math.ceil(due - now))
      const changes = yield* Effect.catchIf(
        nextChanges(place, patience, connector),
        tellsOfNone,
        () => Effect.undefined
      )
      // It does not tell of changes any more.
      if (changes === undefined) return { place: undefined, due: now }
      const last = changes.at(-1)
      if (last === undefined) return state
      const names = namesOf(changes, isSelected)
      if (names === undefined) return yield* whole
      const isWell = names.size === 0 || (yield* compareNames(names))
      const dueThen = isWell ? due : Math.min(due, dueAfter(yield* Monotonic.now, false))
      return { place: last.id, due: dueThen }
    })

  const tryAgain = (state: State) => (error: E | FollowError) =>
    onFailure(error).pipe(
      Effect.andThen(
        Effect.sleep(
          isUnreachable(error) ? Duration.min(options.every, unreachable) : options.every
        )
      ),
      Effect.as(state)
    )

  let state: State = { place: undefined, due: 0 }
  return Effect.forever(
    Effect.suspend(() =>
      Effect.map(Effect.catch(step(state), tryAgain(state)), (next) => {
        state = next
      })
    )
  )
}
