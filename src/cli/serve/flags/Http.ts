/** Flags of `app serve`: what a browser, curl and other clients of HTTP are answered. */
import { fromText } from "../../../domain/FileName.ts"
import { optional, repeated, setting, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** A host's name, in lower case. */
const hostName: Kind.Kind<string> = {
  parse: (text) => (/^[0-9A-Za-z._-]+$/.test(text) ? text.toLowerCase() : undefined),
  expected: {
    pt: "um nome como arquivos.exemplo.org, sem porta",
    en: "a name such as files.example.org, without a port"
  },
  placeholder: { pt: "nome", en: "name" }
}

/** An origin as browsers send it (RFC 6454, 6.2), or all of them. */
const origin: Kind.Kind<string> = {
  parse: (text) => {
    if (text === "*") return text
    const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
    return url !== undefined && url.origin === text.toLowerCase() ? url.origin : undefined
  },
  expected: {
    pt: "uma origem como https://exemplo.org, ou *",
    en: "an origin such as https://example.org, or *"
  },
  placeholder: { pt: "origem", en: "origin" }
}

const fileName: Kind.Kind<ReturnType<typeof fromText> & {}> = {
  parse: fromText,
  expected: {
    pt: "o nome de um arquivo da pasta, como index.html",
    en: "the name of a file of the folder, such as index.html"
  },
  placeholder: Kind.file.placeholder
}

/** The flags of this group. */
export const http = {
  http: setting({
    name: "http",
    kind: Kind.choice(["on", "off", "only"]),
    default: "on",
    help: {
      pt: "HTTP na mesma porta: on, off, ou only, só HTTP",
      en: "HTTP on the same port: on, off, or only, nothing but HTTP"
    },
    readme: {
      text: {
        pt: "[HTTP](http.pt-BR.md) na mesma porta, para navegadores, curl e Prometheus: `on`, `off`, ou `only`, só HTTP",
        en: "[HTTP](http.md) on the same port, for browsers, curl and Prometheus: `on`, `off`, or `only`, nothing but HTTP"
      }
    }
  }),
  qr: toggle({
    name: "qr",
    help: {
      pt: "Desenha no terminal o endereço da página como código QR, para um celular",
      en: "Draw the address of the page in the terminal as a QR code, for a phone"
    }
  }),
  httpHost: repeated({
    name: "http-host",
    kind: hostName,
    help: {
      pt: "Nome pelo qual HTTP também atende sem senha, além de endereços, localhost e o nome da máquina; pode repetir-se",
      en: "Name that HTTP answers to without a password, besides addresses, localhost and the machine's name; may be repeated"
    }
  }),
  cors: repeated({
    name: "cors",
    kind: origin,
    help: {
      pt: "Origem cujas páginas podem ler as respostas HTTP, como https://exemplo.org, ou * para todas; pode repetir-se",
      en: "Origin whose pages may read the answers of HTTP, such as https://example.org, or * for all; may be repeated"
    }
  }),
  site: toggle({
    name: "site",
    help: {
      pt: "Publica a pasta como um site: serve index.html, e páginas com seus scripts; só para conteúdo em que se confia",
      en: "Publish the folder as a site: index.html is served, and pages with their scripts; for content that is trusted only"
    }
  }),
  siteFallback: optional({
    name: "site-fallback",
    kind: fileName,
    help: {
      pt: "Com --site, o arquivo que responde pelos que não existem, como index.html",
      en: "With --site, the file that answers for those that there are not, such as index.html"
    }
  }),
  metricsOpen: toggle({
    name: "metrics-open",
    help: {
      pt: "Mostra /-/metrics sem senha e por qualquer nome",
      en: "Show /-/metrics without the password and by any name"
    }
  })
}
