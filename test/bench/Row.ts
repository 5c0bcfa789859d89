/** What a row of the benchmark is: a figure of ours beside the same figure of a peer. Knows no program and no clock. */
import { Data, Effect, type Scope } from "effect"

/** A measurement that could not be made: a program that did not start, or an answer that was not the expected one. */
export class Trouble extends Data.TaggedError("Trouble")<{ readonly message: string }> {}

/** One measurement of one side. */
export interface Sample {
  /** In the row's unit. */
  readonly figure: number
  /** The processors' time that the side takes for a unit of its work, in microseconds. */
  readonly processor?: number
  /** How many cores the program that asks kept busy; where that is one, the figure tells of it and not of the side. */
  readonly load?: number
}

/** A measurement that has nothing but its figure. */
export const bare = (figure: Effect.Effect<number, Trouble>): Effect.Effect<Sample, Trouble> =>
  Effect.map(figure, (figure) => ({ figure }))

/** The two sides of a row, each measured once whenever it is run; what both need stands as long as the scope. */
export interface Contest {
  readonly ours: Effect.Effect<Sample, Trouble>
  readonly theirs: Effect.Effect<Sample, Trouble>
  /** What differs from what the row says, because this machine would not have it. */
  readonly note?: string
}

/** How much work a figure is taken from: all of it, or as little as tells a halving. */
export type Scale = "full" | "smoke"

/** What is counted. `more` of it is better, or `less`. */
export interface Unit {
  readonly name:
    | "commands/s"
    | "requests/s"
    | "handshakes/s"
    | "bytes/s"
    | "bytes"
    | "ms"
    | "µs"
    | "calls"
  readonly better: "more" | "less"
}

/** Answers a second. */
export const commandsPerSecond: Unit = { name: "commands/s", better: "more" }
/** Answers a second, where both sides do not speak of commands. */
export const requestsPerSecond: Unit = { name: "requests/s", better: "more" }
/** Handshakes a second. */
export const handshakesPerSecond: Unit = { name: "handshakes/s", better: "more" }
/** Bytes through a connection. */
export const bytesPerSecond: Unit = { name: "bytes/s", better: "more" }
/** Memory. */
export const bytes: Unit = { name: "bytes", better: "less" }
/** Time that somebody waits. */
export const milliseconds: Unit = { name: "ms", better: "less" }
/** Time of processors, whatever the row's own unit is. */
export const microseconds: Unit = { name: "µs", better: "less" }

/** System calls. */
export const calls: Unit = { name: "calls", better: "less" }

/** What is wanted of a ratio, and how it is held. */
export interface Wanted {
  /** The ratio that is good enough, and the one that is wanted; without them it is only reported. */
  readonly reach?: number
  readonly aim?: number
  /** How much worse than recorded the smoke run may find it, where that depends on no machine; else see Baseline. */
  readonly tolerance?: number
}

/** A row. Its ratio is ours divided by theirs. */
export interface Row extends Wanted {
  /** As it is chosen on the command line. */
  readonly name: string
  /** What is measured, for a person. */
  readonly what: string
  /** Beside whom. */
  readonly peer: string
  readonly unit: Unit
  /** Of the ratio of the processors' times for the same work, where both sides' are measured. */
  readonly processor?: Wanted
  /** Programs that must be there. */
  readonly needs: ReadonlyArray<string>
  /** Where the row stands on a curve of the shape of growth. */
  readonly curve?: { readonly name: string; readonly at: number }
  /** Rounds that are so short that many of them are needed, and cost little. */
  readonly leastRounds?: number
  /** Whether the smoke run measures it. */
  readonly smoke?: boolean
  readonly contest: (scale: Scale) => Effect.Effect<Contest, Trouble, Scope.Scope>
}
