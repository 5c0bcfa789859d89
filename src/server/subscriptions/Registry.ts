/** How many connections of one server follow each channel and pattern, for PUBSUB and INFO. Who they are: Subscriber. */
import type * as ByteString from "../../domain/ByteString.ts"
import type { Numbers } from "../../telemetry/Stats.ts"

/** The kinds of subscriptions: to a channel, to all channels that a pattern matches, to a channel of a shard (SSUBSCRIBE). */
export type Kind = "channel" | "pattern" | "shard"

/** Where INFO finds how many different ones there are. */
const gauges = {
  channel: "pubsubChannels",
  pattern: "pubsubPatterns",
  shard: "pubsubShardChannels"
} as const satisfies Readonly<Record<Kind, keyof Numbers>>

/** The subscriptions of all connections, counted, also in the server's statistics. */
export class Registry {
  readonly #stats: Numbers
  readonly #counts: Readonly<Record<Kind, Map<ByteString.ByteString, number>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map()
  }

  constructor(stats: Numbers) {
    this.#stats = stats
  }

  /** One connection more follows it. */
  add(kind: Kind, name: ByteString.ByteString): void {
    this.#counts[kind].set(name, this.count(kind, name) + 1)
    this.#stats[gauges[kind]] = this.size(kind)
  }

  /** One connection less follows it. */
  remove(kind: Kind, name: ByteString.ByteString): void {
    const left = this.count(kind, name) - 1
    if (left > 0) this.#counts[kind].set(name, left)
    else this.#counts[kind].delete(name)
    this.#stats[gauges[kind]] = this.size(kind)
  }

  /** How many connections follow it. */
  count(kind: Kind, name: ByteString.ByteString): number {
    return this.#counts[kind].get(name) ?? 0
  }

  /** How many different ones are followed. */
  size(kind: Kind): number {
    return this.#counts[kind].size
  }

  /** Those that are followed. */
  names(kind: Kind): Iterable<ByteString.ByteString> {
    return this.#counts[kind].keys()
  }
}
