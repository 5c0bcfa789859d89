/** How many connections of one server follow each channel and pattern, for PUBSUB. Who they are: Subscriber. */
import type * as ByteString from "../../domain/ByteString.ts"

/** The kinds of subscriptions: to a channel, to all channels that a pattern matches, to a channel of a shard (SSUBSCRIBE). */
export type Kind = "channel" | "pattern" | "shard"

/** The subscriptions of all connections, counted. */
export class Registry {
  readonly #counts: Readonly<Record<Kind, Map<ByteString.ByteString, number>>> = {
    channel: new Map(),
    pattern: new Map(),
    shard: new Map()
  }

  /** One connection more follows it. */
  add(kind: Kind, name: ByteString.ByteString): void {
    this.#counts[kind].set(name, this.count(kind, name) + 1)
  }

  /** One connection less follows it. */
  remove(kind: Kind, name: ByteString.ByteString): void {
    const left = this.count(kind, name) - 1
    if (left > 0) this.#counts[kind].set(name, left)
    else this.#counts[kind].delete(name)
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
