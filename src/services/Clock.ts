/** Tells the time as people read it. */
import { Clock as EffectClock, Context, DateTime, Effect, Layer } from "effect"

const twoDigits = (value: number): string => String(value).padStart(2, "0")

/** The server's clock. */
export class Clock extends Context.Service<
  Clock,
  {
    /** The local time now, `HH:MM:SS`. Not an effect, so that a route which asks for it needs none either. */
    readonly now: () => string
  }
>()("sockets/services/Clock") {
  /** The time of effect's clock in `zone`, the host's own unless given. */
  static readonly layer = (zone: DateTime.TimeZone = DateTime.zoneMakeLocal()) =>
    Layer.effect(
      Clock,
      Effect.gen(function* () {
        const clock = yield* EffectClock.Clock
        // Formatting a date takes longer than answering a command, so each second's text is made once.
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
