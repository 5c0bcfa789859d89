/** Says who the server is. */
import { Context, Layer } from "effect"

/** What the server says of itself. */
export class Info extends Context.Service<
  Info,
  {
    /** One line for people. */
    readonly text: string
  }
>()("sockets/services/Info") {
  /** The line that the original server answered CONSULTA with. */
  static readonly layer = Layer.succeed(Info, { text: "Servidor online 24 horas" })
}
