/** The costliest requests of the original project's protocol, which is a pickle each: its five commands, and what is none. */
import * as Writer from "../../src/codec/pickle/PickleWriter.ts"
import { ByteString } from "../../src/domain/ByteString.ts"
import type { CostlyRequest } from "./Requests.ts"

/** Limits of a request (codec/pickle/Pickle): its bytes, and the values that are in it. */
const mostBytes = 64 * 1024
const mostValues = 1024

const text = (value: string): Writer.Written => Writer.text(ByteString.make(value))

const pickle = (verb: string, argument: Writer.Written = Writer.none): string =>
  Writer.whole(Writer.list([text(verb), argument]))

/** After which the server closes the connection. */
const last = pickle("finalizar_conexao")

const bound = "64 KiB and 1,024 values a request"

/** All of them. */
export const costlyPickles: ReadonlyArray<CostlyRequest> = [
  {
    name: "`dados`, `hora_atual`, `finalizar_conexao`",
    bytes: () => pickle("dados") + pickle("hora_atual") + last,
    bound: "–"
  },
  {
    name: "`listar_arquivos`",
    bytes: () => pickle("listar_arquivos") + last,
    bound: "names in all"
  },
  {
    name: "`enviar_arquivo` of 1 GiB",
    bytes: () => pickle("enviar_arquivo", text("grande.bin")) + last,
    bound: "sent as it is taken"
  },
  {
    name: "a name of 64 KiB",
    bytes: () => pickle("enviar_arquivo", text("a".repeat(mostBytes - 200))) + last,
    bound
  },
  {
    name: "a list of as many values as there may be",
    bytes: () =>
      pickle("dados", Writer.list(Array.from({ length: mostValues - 10 }, () => text("ab"))))
      + last,
    bound
  },
  {
    name: "a request that has no end",
    bytes: () => pickle("dados", Writer.list(Array.from({ length: mostBytes }, () => Writer.none))),
    bound
  }
]
