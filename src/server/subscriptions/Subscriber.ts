/**
 * What one connection follows, and what it is told of the next changes. How far it was told: Delivery; sending: Following;
 * the commands: SubscriptionReplies.
 */
import * as ByteString from "../../domain/ByteString.ts"
import type { LoggedChange } from "../../domain/FileChange.ts"
import * as RedisGlob from "../../domain/RedisGlob.ts"
import * as Reply from "../../domain/Reply.ts"
import { Delivery } from "./Delivery.ts"
import { keyChannels, type Message } from "./Messages.ts"
import type { News } from "./News.ts"
import type { Kind, Registry } from "./Registry.ts"
import type { ServerSubscriptions } from "./ServerSubscriptions.ts"

/** The most that one connection may follow. Redis has no bound; each change is held against every pattern. */
const most: Readonly<Record<Kind, number>> = { channel: 1024, pattern: 64, shard: 1024 }

/** The most memory of what one connection follows, in bytes. */
const mostHeld = 2 * 1024 * 1024

/** What a subscription takes besides its name, in bytes: a string, its places in two maps, a pattern's tokens a byte. */
const overhead = 200
const patternFactor = 80

/** Changes that are looked at before others get their turn; each pattern counts as one more. */
const quantum = 256

/** What subscribers follow who share what they are told, at most, in bytes as `heldBy` counts them. */
const mostShared = 8192

/** And bytes of patterns times bytes of names that are compared before that: 2 ms where no pattern is spared any. */
const mostCompared = 512 * 1024

const byText = (one: string, other: string): number => (one < other ? -1 : 1)

const pmessage = Reply.text("pmessage")

const heldBy = (kind: Kind, name: ByteString.ByteString): number =>
  overhead + name.length * (kind === "pattern" ? patternFactor : 1)

const nameLength = ({ change }: LoggedChange): number =>
  change._tag === "Rescan" ? 0 : change.name.length

/** One connection that follows something. */
export class Subscriber {
  readonly #server: ServerSubscriptions
  readonly #names = {
    channel: new Set<ByteString.ByteString>(),
    pattern: new Set<ByteString.ByteString>(),
    shard: new Set<ByteString.ByteString>()
  }
  readonly #globs = new Map<ByteString.ByteString, RedisGlob.RedisGlob>()
  readonly delivery: Delivery
  #held = 0
  /** What it follows, as text; see `#followed`. */
  #key: string | undefined
  /** The bytes of its patterns. */
  #patternBytes = 0

  constructor(server: ServerSubscriptions) {
    this.#server = server
    this.delivery = new Delivery(server.changes)
  }

  get #registry(): Registry {
    return this.#server.registry
  }

  /** The memory of what it follows, in bytes. */
  get held(): number {
    return this.#held
  }

  /** How many channels and patterns it follows, as SUBSCRIBE tells; for `shard`, how many of those. */
  count(kind: Kind): number {
    const { channel, pattern, shard } = this.#names
    return kind === "shard" ? shard.size : channel.size + pattern.size
  }

  /** How many of each kind it follows. */
  get sizes(): Readonly<Record<Kind, number>> {
    const { channel, pattern, shard } = this.#names
    return { channel: channel.size, pattern: pattern.size, shard: shard.size }
  }

  /** Whether it follows nothing any more. */
  get isEmpty(): boolean {
    return this.count("channel") + this.count("shard") === 0
  }

  /** What it follows of a kind. */
  names(kind: Kind): ReadonlyArray<ByteString.ByteString> {
    return [...this.#names[kind]]
  }

  /** Whether it may follow these too. */
  hasRoom(kind: Kind, names: ReadonlyArray<ByteString.ByteString>): boolean {
    const more = new Set(names.filter((name) => !this.#names[kind].has(name)))
    let held = this.#held
    for (const name of more) held += heldBy(kind, name)
    return this.#names[kind].size + more.size <= most[kind] && held <= mostHeld
  }

  /** Follows it, for which there must be room. */
  add(kind: Kind, name: ByteString.ByteString): void {
    if (this.#names[kind].has(name)) return
    // A copy: the argument is a slice of the request's text, which would stay in memory.
    const own = ByteString.ownCopy(name)
    this.#names[kind].add(own)
    this.#key = undefined
    if (kind === "pattern") {
      this.#globs.set(own, RedisGlob.make(own))
      this.#patternBytes += own.length
    }
    this.#held += heldBy(kind, own)
    this.#registry.add(kind, own)
  }

  /** Does not follow it any more. */
  remove(kind: Kind, name: ByteString.ByteString): void {
    if (!this.#names[kind].delete(name)) return
    this.#key = undefined
    if (kind === "pattern") {
      this.#globs.delete(name)
      this.#patternBytes -= name.length
    }
    this.#held -= heldBy(kind, name)
    this.#registry.remove(kind, name)
  }

  /** Follows nothing any more. */
  clear(): void {
    for (const kind of ["channel", "pattern", "shard"] as const)
      for (const name of this.#names[kind]) this.remove(kind, name)
  }

  /** Whether there are changes that it was not told. */
  get hasNews(): boolean {
    return this.#server.changes.last().sequence !== this.delivery.place.sequence
  }

  /** Waits until there are. */
  get news() {
    return this.#server.changes.awaitAfter(this.delivery.place)
  }

  /** What it is told of the next changes; of a few, and of none that it does not follow. */
  next(): News {
    const { changes, news } = this.#server
    const key = this.#followed
    const next =
      key === undefined
        ? this.#news()
        : news.of(key, this.delivery.place, changes.last(), () => this.#news())
    this.delivery.place = next.place
    if (next.reply !== undefined) this.delivery.noteSending()
    return next
  }

  /** The same text for all who are told the same; `undefined` for who follows so much that hardly another does. */
  get #followed(): string | undefined {
    const { channel, pattern } = this.#names
    if (this.#held > mostShared) return undefined
    // Channels are told of in the order of messages, patterns in their own. Numbers tell where channels and names end.
    this.#key ??= `${channel.size} ${[...[...channel].sort(byText), ...pattern]
      .map((name) => `${name.length}:${name}`)
      .join()}`
    return this.#key
  }

  #news(): News {
    const { changes, messages } = this.#server
    const pushes: Array<Reply.Push> = []
    const entries = changes.after(
      this.delivery.place,
      Math.ceil(quantum / (1 + this.#names.pattern.size))
    )
    let isLost = false
    let compared = 0
    let place = changes.last()
    for (const entry of entries) {
      if (compared > mostCompared) break
      compared += this.#patternBytes * nameLength(entry)
      place = entry.id
      const before = pushes.length
      for (const message of messages.of(entry)) this.#tell(message, pushes)
      isLost ||= this.#missed(entry, pushes.length > before)
    }
    return {
      reply: pushes.length > 0 ? Reply.Reply.Pushes({ pushes, isShared: true }) : undefined,
      isLost,
      place
    }
  }

  /** Channels come before patterns (pubsub.c, pubsubPublishMessageInternal). */
  #tell({ channel, push }: Message, pushes: Array<Reply.Push>): void {
    if (this.#names.channel.has(channel)) pushes.push(push)
    for (const [pattern, glob] of this.#globs) {
      if (RedisGlob.match(glob, channel))
        pushes.push([pmessage, Reply.Reply.Bulk({ value: pattern }), ...push.slice(1)])
    }
  }

  #missed({ change }: LoggedChange, wasTold: boolean): boolean {
    return (
      change._tag === "Rescan"
      && !wasTold
      && (this.#globs.size > 0
        || this.names("channel").some((channel) => channel.startsWith(keyChannels)))
    )
  }
}
