/** The local time as text. The time for programs: UnixTime in routes/ServerRoutes.ts. */
import { Clock as EffectClock, Context, DateTime, Effect, Layer } from "effect"

const twoDigits = (value: number): string => String(value).padStart(2, "0")

/** The server's clock. */
export class Clock extends Context.Service<
  Clock,
  {
    /** The local time now, `HH:MM:SS`. A function and not an effect, so that its route needs no effect either. */
    readonly now: () => string
  }
>()("sockets/services/Clock") {
  /** The time of Effect's clock in `zone`, by default the host's. */
  static readonly layer = (zone: DateTime.TimeZone = DateTime.zoneMakeLocal()) =>
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
            const zoned = DateTime.setZone(DateTime.makeUnsafe(current * 1000), zone)
            const { hour, minute, second: seconds } = DateTime.toParts(zoned)
            text = [hour, minute, seconds].map(twoDigits).join(":")
            second = current
          }
          return text
        }
        return { now }
      })
    )
}
