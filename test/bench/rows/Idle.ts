/** Ten thousand connections that do nothing: what each costs in memory. */
import { Effect, type Scope } from "effect"
import * as Files from "../Files.ts"
import { hold, ping, type Question } from "../load/Holder.ts"
import { app } from "../peers/App.ts"
import { nginx } from "../peers/Nginx.ts"
import * as Redis from "../peers/Redis.ts"
import { answers, descriptors, type Peer, residentMemory } from "../measure/Process.ts"
import { bare, bytes, type Row, type Trouble } from "../Row.ts"

const wanted = { full: 10_000, smoke: 2_000 }

/** What a server and the holder need descriptors for besides. */
const reserve = 1_000

/** The memory that one of so many connections takes of a fresh server, silent ones or such as were answered. */
const each = (
  start: Effect.Effect<Peer, Trouble, Scope.Scope>,
  connections: number,
  question: Question,
  asked: boolean
): Effect.Effect<number, Trouble> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { address, pid } = yield* start
      // What is made once is made before: code, tables, the first pages of a pool.
      yield* Effect.scoped(Effect.flatMap(hold(address, 100, question), ({ ask }) => ask))
      const before = yield* residentMemory(pid)
      const { ask } = yield* hold(address, connections, question)
      // What connects last is answered last, so that all the others have been accepted by then.
      yield* asked ? ask : answers(address, { text: "PING\r\n" })
      return ((yield* residentMemory(pid)) - before) / connections
    })
  )

type Start = (folder: string) => Effect.Effect<Peer, Trouble, Scope.Scope>

const beside =
  (peer: Start, question: Question, asked: boolean): Row["contest"] =>
  (scale) =>
    Effect.gen(function* () {
      const folder = yield* Files.folder
      yield* Files.makeSmall(folder, 1)
      const connections = Math.min(wanted[scale], (yield* descriptors) - reserve)
      return {
        ours: bare(each(app(folder), connections, question, asked)),
        theirs: bare(each(peer(folder), connections, question, asked)),
        ...(connections < wanted[scale] ? { note: `${connections}, for want of descriptors` } : {})
      }
    })

/** A file of 1 KiB, on a connection that stays open. */
const overHttp: Question = {
  text: `GET /${Files.keyName(0)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  answer: "HTTP/1.1 200 OK\r\n"
}

/** The rows. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "idle",
    what: "memory of each of 10,000 idle connections, once they were answered a PING",
    peer: "redis-server",
    unit: bytes,
    reach: 1,
    aim: 0.7,
    needs: Redis.programs,
    smoke: true,
    contest: beside(Redis.redis, ping, true)
  },
  {
    name: "idle-silent",
    what: "the same, of such as have said nothing",
    peer: "redis-server",
    unit: bytes,
    needs: Redis.programs,
    contest: beside(Redis.redis, ping, false)
  },
  {
    name: "idle-http",
    what: "the same of HTTP, kept open after a file of 1 KiB",
    peer: "nginx, one worker",
    unit: bytes,
    needs: ["nginx"],
    contest: beside(nginx, overHttp, true)
  }
]
