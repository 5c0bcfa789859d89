/** What is said of the flags that both commands have. Each command describes them further. */
import { languages } from "../Language.ts"
import { optional } from "./Descriptor.ts"
import * as Kind from "./Kind.ts"

/** `--host` */
export const host = {
  name: "host",
  alias: "H",
  kind: Kind.host,
  default: "127.0.0.1",
  help: { pt: "Endereço", en: "Address" }
}

/**
 * `--lang`, which all commands have. Its value is used before the arguments are parsed (Language.choose); the flag is
 * declared so that help shows it and any other value is a usage error.
 */
export const lang = optional({
  name: "lang",
  kind: {
    ...Kind.choice(languages),
    expected: { pt: "pt ou en", en: "pt or en" }
  },
  help: {
    pt: "Língua dos textos; sem ela, a do ambiente: inglês onde ele diz outra língua que não o português",
    en: "Language of the texts; without it, the environment's: English where it says another than Portuguese"
  }
})

/** `--port` */
export const port = {
  name: "port",
  alias: "p",
  kind: Kind.port,
  default: "65432",
  help: { pt: "Porta TCP, de 0 a 65535", en: "TCP port, 0 to 65535" }
}

/** `--password-file`, with passwords one a line; there is no flag for a password itself. */
export const passwordFile = {
  name: "password-file",
  kind: Kind.file,
  help: {
    pt: "Arquivo com senhas, uma por linha; sem ele, a senha é a da variável APP_PASSWORD",
    en: "File with passwords, one a line; without it, the password is the variable APP_PASSWORD's"
  }
}
