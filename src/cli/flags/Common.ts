/** What is said of the flags that both commands have. Each command describes them further. */
import * as Kind from "./Kind.ts"

/** `--host` */
export const host = {
  name: "host",
  kind: Kind.text,
  default: "127.0.0.1",
  help: { pt: "Endereço", en: "Address" }
}

/** `--port` */
export const port = {
  name: "port",
  kind: Kind.port,
  default: "65432",
  help: { pt: "Porta TCP, de 0 a 65535", en: "TCP port, 0 to 65535" }
}

/** `--password-file`, with passwords one a line; there is no flag for a password itself. */
export const passwordFile = {
  name: "password-file",
  kind: Kind.text,
  help: {
    pt: "Arquivo com senhas, uma por linha; sem ele, a senha é a da variável APP_PASSWORD",
    en: "File with passwords, one a line; without it, the password is the variable APP_PASSWORD's"
  }
}
