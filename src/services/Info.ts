/** The server's text about itself, which the command `dados` answers with. */
import { Context, Layer } from "effect"

/** The server's text about itself. */
export class Info extends Context.Service<
  Info,
  {
    /** One line for people. */
    readonly text: string
  }
>()("sockets/services/Info") {
  /** The original server's answer to CONSULTA. */
  static readonly layer = Layer.succeed(Info, { text: "Servidor online 24 horas" })
}
