/** The local time as text. The time for programs: UnixTime in routes/ServerRoutes.ts. */
import { Clock as EffectClock, Context, DateTime, Effect, Layer } from "effect"

const twoDigits = (value: number): string => String(value).padStart(2, "0")

/** Hour, minute and second of a moment (Unix time, ms). */
type Parts = (moment: number) => ReadonlyArray<number>

/** By the date's own getters: a `DateTimeFormat`, which a zone needs, takes ICU a fifth of the server's start to make. */
const onHost: Parts = (moment) => {
  const date = new Date(moment)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
}

const inZone =
  (zone: DateTime.TimeZone): Parts =>
  (moment) => {
    const { hour, minute, second } = DateTime.toParts(
      DateTime.setZone(DateTime.makeUnsafe(moment), zone)
    )
    return [hour, minute, second]
  }

/** The server's clock. */
export class Clock extends Context.Service<
  Clock,
  {
    /** The local time now, `HH:MM:SS`. A function and not an effect, so that its route needs no effect either. */
    readonly now: () => string
  }
>()("sockets/services/Clock") {
  /** The time of Effect's clock in `zone`, by default the host's. */
  static readonly layer = (zone?: DateTime.TimeZone) =>
    Layer.effect(
      Clock,
      Effect.gen(function* () {
        const clock = yield* EffectClock.Clock
        // Formatting a date takes longer than answering a command, so it is done once a second.
        let second = Number.NaN
        let text = ""
        const now = () => {
          const current = Math.floor(clock.currentTimeMillisUnsafe() / 1000)
          if (current !== second) {
            text = (zone === undefined ? onHost : inZone(zone))(current * 1000)
              .map(twoDigits)
              .join(":")
            second = current
          }
          return text
        }
        return { now }
      })
    )
}
