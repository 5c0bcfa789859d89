/** Flags of `app serve`: who may connect, and how the connection is protected. */
import * as Common from "../../flags/Common.ts"
import { optional, toggle } from "../../flags/Descriptor.ts"
import * as Kind from "../../flags/Kind.ts"

/** The flags of this group. */
export const access = {
  passwordFile: optional({
    ...Common.passwordFile,
    readme: {
      text: {
        pt: "arquivo com senhas, uma por linha; sem ele, a senha é a da variável `APP_PASSWORD`, se estiver definida",
        en: "file with passwords, one a line; without it, the password is that of the variable `APP_PASSWORD`, if it is set"
      }
    }
  }),
  open: toggle({
    name: "open",
    help: {
      pt: "Atende sem senha em um endereço que não é só desta máquina",
      en: "Serve without a password at an address that is not of this machine alone"
    }
  }),
  tlsCert: optional({
    name: "tls-cert",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com o certificado do servidor e os que o ligam a uma autoridade; com ele só se fala TLS",
      en: "PEM file with the server's certificate and those that lead from it to an authority; with it TLS alone is spoken"
    },
    readme: {
      text: {
        pt: "arquivo PEM com o certificado e os que o ligam a uma autoridade; com ele só se fala [TLS](security.pt-BR.md#criptografia)",
        en: "PEM file with the certificate, and those that lead from it to an authority; with it nothing but [TLS](security.md#encryption) is spoken"
      }
    }
  }),
  tlsKey: optional({
    name: "tls-key",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com a chave do certificado",
      en: "PEM file with the certificate's key"
    }
  }),
  tlsClientCa: optional({
    name: "tls-client-ca",
    kind: Kind.file,
    help: {
      pt: "Arquivo PEM com as autoridades dos clientes; quem não traz um certificado delas não entra",
      en: "PEM file with the clients' authorities; who brings no certificate of theirs is not let in"
    }
  }),
  proxyProtocol: optional({
    name: "proxy-protocol",
    kind: Kind.networks,
    help: {
      pt: "Redes cujas conexões têm de começar com um cabeçalho PROXY, como 10.0.0.0/8,::1; de outras não se espera nenhum",
      en: "Networks whose connections must begin with a PROXY header, such as 10.0.0.0/8,::1; from others none is expected"
    },
    readme: {
      text: {
        pt: "redes cujas conexões têm de começar com [um cabeçalho PROXY](security.pt-BR.md#atrás-de-um-proxy), como `127.0.0.1,10.0.0.0/8`",
        en: "networks whose connections must begin with [a PROXY header](security.md#behind-a-proxy), such as `127.0.0.1,10.0.0.0/8`"
      }
    }
  })
}
