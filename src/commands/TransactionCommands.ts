/**
 * The commands about a transaction, with which a connection has its requests answered together (redis.io,
 * Transactions). Queueing the requests: server/transactions/.
 */
import { file, several } from "./Argument.ts"
import { commandsAbout } from "./Spec.ts"

const { transaction } = commandsAbout("conexao")

/** Every command about a transaction, by the name that code knows it by. */
export const transactionCommands = {
  Multi: transaction({
    names: ["multi"],
    summary: "Guarda os pedidos que seguem, até EXEC.",
    args: {}
  }),
  Exec: transaction({
    names: ["exec"],
    summary: "Responde os pedidos guardados; nulo se um arquivo vigiado mudou.",
    args: {}
  }),
  Discard: transaction({
    names: ["discard"],
    summary: "Esquece os pedidos guardados.",
    args: {}
  }),
  Watch: transaction({
    names: ["watch"],
    summary: "Vigia arquivos: se um deles mudar, o próximo EXEC não responde nada.",
    args: { names: several(file) }
  }),
  Unwatch: transaction({
    names: ["unwatch"],
    summary: "Não vigia mais nenhum arquivo.",
    args: {}
  })
}
