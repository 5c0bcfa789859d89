/**
 * What a change is told as: a message on the channel of all changes, and, as Redis tells of keys, one on the channel of the
 * name and one on the channel of the event (redis.io, Keyspace notifications). To whom: Subscriber.
 */
import * as ByteString from "../../domain/ByteString.ts"
import {
  changesName,
  type FileChange,
  loggedJson,
  type LoggedChange
} from "../../domain/FileChange.ts"
import * as Reply from "../../domain/Reply.ts"

/** A message on a channel. */
export interface Message {
  readonly channel: ByteString.ByteString
  /** It as it is told to who follows the channel. */
  readonly push: Reply.Push
}

const keyspace = "__keyspace@0__:"
const keyevent = "__keyevent@0__:"

/** What all channels begin with on which changes of single files are told. */
export const keyChannels = "__key"

const kind = Reply.text("message")

const message = (channel: string, payload: string): Message => {
  const [name, bytes] = [ByteString.fromText(channel), ByteString.fromText(payload)]
  return {
    channel: name,
    push: [kind, Reply.Reply.Bulk({ value: name }), Reply.Reply.Bulk({ value: bytes })]
  }
}

/** Redis's word for what happened, and the name; of changes that may have been missed, our own word and no name. */
const eventOf = (change: FileChange): readonly [event: string, name: string] => {
  switch (change._tag) {
    case "Created":
    case "Changed":
      return ["set", change.name]
    case "Deleted":
      return ["del", change.name]
    case "Rescan":
      return ["refazer", ""]
  }
}

/** The messages of a change, in the order in which they are told. The JSON has the id, from which the stream can be read on. */
const messagesOf = (logged: LoggedChange): ReadonlyArray<Message> => {
  const { change } = logged
  const [event, name] = eventOf(change)
  return [
    ...(change._tag === "Rescan" ? [] : [message(keyspace + name, event)]),
    message(keyevent + event, name),
    message(changesName, loggedJson(logged))
  ]
}

/** The messages of how many changes are kept: those who follow stand mostly at the same place, and each would make them anew. */
const kept = 256

/** Makes the messages of changes, and keeps the last. */
export class RecentMessages {
  readonly #entries: Array<LoggedChange | undefined> = []
  readonly #messages: Array<ReadonlyArray<Message>> = []

  of(entry: LoggedChange): ReadonlyArray<Message> {
    const index = entry.id.sequence % kept
    const found = this.#entries[index] === entry ? this.#messages[index] : undefined
    if (found !== undefined) return found
    const messages = messagesOf(entry)
    this.#entries[index] = entry
    this.#messages[index] = messages
    return messages
  }
}
