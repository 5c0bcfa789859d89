/**
 * Kinds of clients, good and bad, and what each must be told. A visit opens its own connection and fails with what was
 * wrong, be it one byte; what a file may hold, the folder's history says.
 */
import { Data, Effect, type Scope } from "effect"
import type { Address } from "../../src/domain/Address.ts"
import { start } from "../support/programs/App.ts"
import { request } from "../support/values/Bytes.ts"
import { type ConnectionEnded, connect, type RawSocket } from "../support/peers/RawSocket.ts"
import { readReply, type Reply, textOf } from "../support/peers/Replies.ts"
import type { seeded } from "../support/values/Seeded.ts"
import type { ChangingFolder, Moment, Range } from "./ChangingFolder.ts"

/** The server did not keep a promise. */
export class Broken extends Data.TaggedError("Broken")<{ readonly what: string }> {}

/** What a visit is made with. */
export interface Around {
  readonly address: Address
  readonly folder: ChangingFolder
  readonly random: ReturnType<typeof seeded>
  /** A folder for what is received, empty and of this visitor alone. */
  readonly inbox: string
  /** The program's own file. */
  readonly program: string
}

/** One visit. */
export type Visit = (around: Around) => Effect.Effect<void, Broken | ConnectionEnded, Scope.Scope>

const broken = (what: string) => Effect.fail(new Broken({ what }))

/** Fails with what was wrong unless it holds. */
export const requires = (holds: boolean, what: () => string): Effect.Effect<void, Broken> =>
  holds ? Effect.void : Effect.suspend(() => broken(what()))

const shown = (reply: Reply | undefined): string =>
  reply?._tag === "Bulk" ? `${reply.bytes.length} bytes` : JSON.stringify(reply)?.slice(0, 200)

/** One of these. */
export const oneOf = <A>({ random }: Around, values: ReadonlyArray<A>): A | undefined =>
  values[random(values.length)]

/** A file, as likely one that changes as one that does not. */
export const anyName = (around: Around): string => {
  const { changing, stable } = around.folder
  return oneOf(around, around.random(2) === 0 ? stable : changing) ?? ""
}

/** Something is asked of one file: what, and whether that is a right answer if the file was as it was since then. */
interface Question {
  readonly words: ReadonlyArray<string>
  readonly isRight: (reply: Reply) => boolean
}

const isNotFound = (reply: Reply): boolean =>
  reply._tag === "Error" && reply.text.startsWith("NOTFOUND ")

const get = ({ folder }: Around, name: string, since: Moment): Question => ({
  words: ["GET", name],
  isRight: (reply) =>
    reply._tag === "Bulk"
      ? folder.holds(name, since, reply.bytes)
      : reply._tag === "Null" && folder.wasMissing(name, since)
})

/** `enviar_arquivo`, all of it or a range. */
const send = ({ folder }: Around, name: string, since: Moment, range?: Range): Question => ({
  words: [
    "enviar_arquivo",
    name,
    ...(range === undefined ? [] : ["INICIO", `${range.start}`, "TAMANHO", `${range.length}`])
  ],
  isRight: (reply) => {
    if (reply._tag !== "List") {
      const isPastEnd = reply._tag === "Error" && reply.text.startsWith("RANGE ")
      return isPastEnd
        ? range !== undefined && folder.wasShorterThan(name, since, range.start)
        : isNotFound(reply) && folder.wasMissing(name, since)
    }
    const [said, body] = reply.items
    return (
      textOf(said) === name && body?._tag === "Bulk" && folder.holds(name, since, body.bytes, range)
    )
  }
})

const range = ({ folder }: Around, name: string, since: Moment, wanted: Range): Question => ({
  words: ["GETRANGE", name, `${wanted.start}`, `${wanted.start + wanted.length - 1}`],
  isRight: (reply) =>
    reply._tag === "Bulk"
    && (folder.holds(name, since, reply.bytes, wanted)
      || (reply.bytes.length === 0 && folder.wasMissing(name, since)))
})

const size = ({ folder }: Around, name: string, since: Moment): Question => ({
  words: ["STRLEN", name],
  isRight: (reply) =>
    reply._tag === "Integer"
    && (folder.wasOfSize(name, since, reply.value)
      || (reply.value === 0 && folder.wasMissing(name, since)))
})

const exists = ({ folder }: Around, name: string, since: Moment): Question => ({
  words: ["EXISTS", name],
  isRight: (reply) =>
    reply._tag === "Integer"
    && (reply.value === 1
      ? !folder.wasMissing(name, since) || folder.hasChanged(name, since)
      : reply.value === 0 && folder.wasMissing(name, since))
})

const missing = (): Question => ({ words: ["enviar_arquivo", "nada/disso"], isRight: isNotFound })

/** A range that begins in the file as it is now. */
export const someRange = ({ folder, random }: Around, name: string): Range => {
  const end = folder.size(name)
  return { start: random(end + 1), length: 1 + random(end + 1000) }
}

/** Something asked of one file. */
export const anyQuestion = (around: Around): Question => {
  const name = anyName(around)
  const since = around.folder.now(name)
  switch (around.random(8)) {
    case 0:
      return size(around, name, since)
    case 1:
      return exists(around, name, since)
    case 2:
      return missing()
    case 3:
      return send(around, name, since)
    case 4:
      return send(around, name, since, someRange(around, name))
    case 5:
      return range(around, name, since, someRange(around, name))
    default:
      return get(around, name, since)
  }
}

/** The reply is a right one. */
export const hears = (socket: RawSocket, { isRight, words }: Question) =>
  Effect.flatMap(readReply(socket), (reply) =>
    requires(isRight(reply), () => `${words.join(" ")}: ${shown(reply)}`)
  )

const asks = (socket: RawSocket, question: Question) =>
  Effect.andThen(socket.send(request(...question.words)), hears(socket, question))

/** Asks one question over a connection of its own, and says goodbye. */
export const oneShot: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  yield* asks(socket, anyQuestion(around))
  yield* socket.send("QUIT\r\n")
  const rest = yield* socket.rest
  yield* requires(rest === "+OK\r\n", () => `QUIT: ${rest.slice(0, 100)}`)
})

/** Asks many questions without waiting. */
export const pipelined: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  const questions = Array.from({ length: 1 + around.random(40) }, () => anyQuestion(around))
  yield* socket.send(questions.map(({ words }) => request(...words)).join(""))
  for (const question of questions) yield* hears(socket, question)
})

/** Asks question after question, with pauses. */
export const patient: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  for (let questions = 0; questions < 10; questions++) {
    yield* asks(socket, anyQuestion(around))
    yield* Effect.sleep(around.random(300))
  }
})

/** Fetches a file with its digest. */
export const digested: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const name = anyName(around)
  const since = folder.now(name)
  const socket = yield* connect(around.address)
  yield* socket.send(request("soma_arquivo", name))
  const reply = yield* readReply(socket)
  const isRight = folder.hasChanged(name, since)
    ? /^[0-9a-f]{64}$/.test(textOf(reply)) || isNotFound(reply)
    : folder.wasMissing(name, since)
      ? isNotFound(reply)
      : textOf(reply) === folder.digest(name)
  yield* requires(isRight, () => `soma_arquivo ${name}: ${shown(reply)}`)
  yield* asks(socket, send(around, name, folder.now(name)))
})

/** Whatever was there all the time is listed once, and nothing that never was. */
const isComplete = (
  { folder }: Around,
  names: ReadonlyArray<string>,
  since: ReadonlyMap<string, Moment>
): boolean => {
  const listed = new Set(names)
  const stable = [...folder.stable, folder.large]
  return (
    listed.size === names.length
    && stable.every((name) => listed.delete(name))
    && folder.changing.every((name) => {
      const then = since.get(name) ?? 0
      const isListed = listed.delete(name)
      if (folder.hasChanged(name, then)) return true
      return isListed === folder.wasThere(name, then)
    })
    && listed.size === 0
  )
}

const moments = ({ folder }: Around): ReadonlyMap<string, Moment> =>
  new Map(folder.changing.map((name) => [name, folder.now(name)]))

/** Lists the folder. */
export const listing: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  const since = moments(around)
  yield* socket.send(request("listar_arquivos"))
  const reply = yield* readReply(socket)
  const names = reply._tag === "List" ? reply.items.map(textOf) : []
  yield* requires(isComplete(around, names, since), () => `listar_arquivos: ${names.join(", ")}`)
})

/** Goes through the folder with SCAN, which may tell a name twice. */
export const scanning: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  const since = moments(around)
  const names = new Set<string>()
  let cursor = "0"
  do {
    yield* socket.send(request("SCAN", cursor, "COUNT", `${1 + around.random(10)}`))
    const reply = yield* readReply(socket)
    const [next, page] = reply._tag === "List" ? reply.items : []
    if (page?._tag !== "List") return yield* broken(`SCAN: ${shown(reply)}`)
    for (const name of page.items) names.add(textOf(name))
    cursor = textOf(next)
  } while (cursor !== "0")
  return yield* requires(
    isComplete(around, [...names], since),
    () => `SCAN: ${[...names].join(", ")}`
  )
})

/** Asks as Python does, in pickle's protocol 0, ends its output and reads to the end. */
export const pickling: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const name = oneOf(around, folder.stable) ?? ""
  const socket = yield* connect(around.address, { allowHalfOpen: true })
  yield* socket.send(`(lp0\nVARQUIVO\np1\naV${name}\np2\na.`)
  yield* socket.end
  const reply = Buffer.from(yield* socket.rest, "latin1")
  // The tuple is `name, "B", its length in four bytes, content`; "Adeus!" is a pickle of its own.
  const start = reply.indexOf("B", reply.indexOf(name) + name.length) + 5
  const body = reply.subarray(start, start + folder.size(name))
  const isRight =
    body.length === folder.size(name)
    && folder.holds(name, folder.now(name), body)
    && reply.subarray(-40).includes("Adeus!")
  yield* requires(isRight, () => `ARQUIVO ${name} in pickle: ${reply.length} bytes`)
})

/** Runs the program with a batch of commands. */
export const batch: Visit = Effect.fnUntraced(function* (around) {
  const { address, folder, inbox, program } = around
  const name = oneOf(around, folder.stable) ?? ""
  const words = [program, "client", "--port", `${address.port}`, "--no-verify"]
  const client = yield* start(process.execPath, words, { cwd: inbox })
  yield* client.write(`HORA\nPING\nsoma_arquivo ${name}\nenviar_arquivo ${name}\n`)
  yield* client.end
  const { code, stderr, stdout } = yield* client.ended
  const [time = "", pong, digest, saved] = stdout.split("\n")
  const isRight =
    code === 0
    && /^\d\d:\d\d:\d\d$/.test(time)
    && pong === "PONG"
    && digest === folder.digest(name)
    && saved === name
  yield* requires(isRight, () => `app client, exit code ${code}: ${stdout}${stderr}`)
})

/** Resets or forgets the connection, in the middle of whatever it is. */
export const leaving: Visit = Effect.fnUntraced(function* (around) {
  const { folder, random } = around
  const socket = yield* connect(around.address)
  switch (random(5)) {
    case 0:
      break
    case 1:
      yield* socket.send(request("GET", folder.large).slice(0, 5 + random(20)))
      break
    case 2:
      yield* socket.send(request("GET", folder.large))
      yield* socket.takeBytes(random(2_000_000))
      break
    case 3:
      yield* socket.send(request("soma_arquivo", folder.large))
      yield* Effect.sleep(random(50))
      break
    default:
      yield* socket.send(request("GET", anyName(around)).repeat(1 + random(50)))
      yield* Effect.sleep(random(20))
  }
  if (random(2) === 0) yield* socket.reset
})

/** What cannot be understood is told so, or ended without a word, as it deserves. */
export const wrong: Visit = Effect.fnUntraced(function* (around) {
  const cases: ReadonlyArray<readonly [sent: string, heard: RegExp]> = [
    ["*1\r\n!4\r\nPING\r\n", /^-ERR Protocol error: expected '\$', got '!'\r\n$/],
    ["*70000\r\n", /^-ERR Protocol error: invalid multibulk length\r\n$/],
    ["*1\r\n$2000000\r\n", /^-ERR Protocol error: invalid bulk length\r\n$/],
    ["x".repeat(70_000), /^-ERR Protocol error: too big inline request\r\n$/],
    ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 421 /],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nPING\r\n", /^HTTP\/1\.1 413 [^+]*$/],
    ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["\x80\x03cos\nsystem\n.", /^$/],
    ["SET a b\r\nNADA\r\nQUIT\r\n", /^-ERR [^\r]+\r\n-ERR Comando desconhecido[^\r]+\r\n\+OK\r\n$/]
  ]
  const [sent, heard] = oneOf(around, cases) ?? ["", /^$/]
  const socket = yield* connect(around.address)
  yield* socket.send(sent)
  const rest = yield* socket.rest
  yield* requires(heard.test(rest), () => `${JSON.stringify(sent.slice(0, 50))}: ${rest}`)
})

/** Asks something now and then, or nothing, and is let go of in time. */
export const idle: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  if (around.random(2) === 0) yield* socket.ask("PING\r\n", "+PONG\r\n")
  const rest = yield* socket.rest
  yield* requires(rest === "", () => `idle: ${rest.slice(0, 100)}`)
})

/** Begins a request, and is cut off in time. */
export const slow: Visit = Effect.fnUntraced(function* (around) {
  const socket = yield* connect(around.address)
  yield* socket.send(`*2\r\n$3\r\nGET\r\n$500000\r\n${"x".repeat(around.random(400_000))}`)
  const rest = yield* socket.rest
  yield* requires(rest === "", () => `a request begun: ${rest.slice(0, 100)}`)
})

/** Stops reading in the middle of a large file, and is cut off in time. */
export const stalled: Visit = Effect.fnUntraced(function* (around) {
  const { folder } = around
  const socket = yield* connect(around.address)
  yield* socket.send(request("GET", folder.large))
  yield* socket.takeBytes(1 + around.random(1_000_000))
  yield* socket.pause
  // Node looks once in a stall's time whether a write goes on, so that it takes up to twice that time.
  yield* Effect.sleep("9 seconds")
  yield* socket.resume
  const rest = yield* socket.rest
  yield* requires(
    rest.length < folder.largeSize / 2,
    () => `stalled, and ${rest.length} more bytes`
  )
})
