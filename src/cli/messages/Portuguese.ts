/**
 * The texts that people read, in Portuguese, the original's language. This catalog is the type of the others: an entry
 * that another language lacks, or has alone, does not compile.
 */
import { announcementPortuguese } from "./AnnouncementPortuguese.ts"
import { changesPortuguese } from "./ChangesPortuguese.ts"
import { mirrorPortuguese } from "./MirrorPortuguese.ts"
import { refusalsPortuguese } from "./RefusalsPortuguese.ts"
import { usagePortuguese } from "./UsagePortuguese.ts"

/** How many files of one command were saved, were the same already, were kept though different, and failed. */
interface Counts {
  readonly saved: number
  readonly same: number
  readonly kept: number
  readonly failed: number
}

/** The catalog. */
export const portuguese = {
  /** Descriptions in `--help`. */
  help: {
    app: "Compartilha uma pasta por TCP e a consulta; qualquer cliente Redis também serve.",
    serve: "Compartilha uma pasta, só para leitura, em um endereço TCP.",
    client:
      "Consulta um servidor: com --cmd, uma pergunta; num terminal, um menu; senão, um comando por linha da entrada padrão.",
    arguments: "Argumentos do comando",
    argument: "argumento",
    folder: "Pasta a compartilhar; sem ela, DB onde existe, senão a pasta atual",
    folderArgument: "pasta",
    help: "Mostra esta ajuda",
    version: "Mostra a versão",
    disable: "Desliga",
    completions: "Imprime o script de completação do shell",
    headings: {
      description: "DESCRIÇÃO",
      usage: "USO",
      arguments: "ARGUMENTOS",
      commands: "COMANDOS",
      flags: "OPÇÕES",
      generalFlags: "OPÇÕES GERAIS",
      examples: "EXEMPLOS",
      serverCommands: "O QUE SE PERGUNTA, COM --cmd"
    },
    usage: { command: "<comando>", flags: "[opções]" },
    /** The headings of the groups of flags. */
    groups: {
      serving: "O QUE SE SERVE E ONDE",
      access: "ACESSO",
      http: "HTTP",
      limits: "LIMITES",
      logs: "REGISTRO",
      connection: "CONEXÃO",
      asking: "PERGUNTA",
      saving: "GRAVAÇÃO",
      mirroring: "ESPELHO"
    },
    /** What the exit codes mean; for the manual page. */
    exitCodes: [
      ["0", "Feito."],
      ["1", "O servidor recusou, ou o arquivo não pôde ser gravado."],
      ["2", "A linha de comando está errada."],
      ["3", "Não houve conexão, ou ela caiu e não pôde ser refeita."],
      ["4", "O que chegou não confere com a soma do servidor; nada foi guardado."],
      ["130", "Interrompido."]
    ] as ReadonlyArray<readonly [code: string, text: string]>,
    /** The headings of the manual page that help does not have. */
    manual: {
      name: "NOME",
      exitCodes: "CÓDIGOS DE SAÍDA",
      seeAlso: "VEJA TAMBÉM",
      summary: "compartilha uma pasta por TCP, e a consulta"
    },
    /** What a server can be asked, by the names of the original project; `help` asks the server itself. */
    serverCommands: [
      ["dados", "Diz quem é o servidor"],
      ["hora_atual", "A hora do servidor"],
      ["listar_arquivos [padrão]", "Os nomes dos arquivos; com um padrão como *.txt, os que casam"],
      ["enviar_arquivo <nome>", "Recebe um arquivo; com um padrão, vários"],
      ["detalhes_arquivo <nome>", "O tamanho, a data e a versão de um arquivo"],
      ["soma_arquivo <nome>", "O SHA-256 de um arquivo"],
      ["acompanhar [padrão]", "As mudanças dos arquivos, uma por linha, até Ctrl-C"],
      ["finalizar_conexao", "Despede-se"],
      ["ajuda", "Todos os comandos do servidor, ditos por ele; como help"]
    ] as ReadonlyArray<readonly [command: string, text: string]>,
    examples: {
      time: "A hora do servidor",
      send: "Recebe um arquivo na pasta atual",
      menu: "O menu",
      serve: "Compartilha a pasta DB em 127.0.0.1:65432",
      anyPort: "Outra pasta, em qualquer porta livre",
      bucket: "O que está sob 2024/ em um bucket"
    }
  },
  /** What is wrong with a command line. */
  usage: usagePortuguese,
  /** What `serve` prints when it listens. */
  announcement: announcementPortuguese,
  /** The folder that is served where none was given and there is no DB. */
  currentFolder: (path: string) => `a pasta atual, ${path},`,
  /** Why `serve` did not start. */
  startUp: {
    portTaken: (address: string) => `O endereço ${address} já está em uso.`,
    portForbidden: (address: string) => `Sem permissão para escutar em ${address}.`,
    noSuchAddress: (address: string) => `O endereço ${address} não é desta máquina.`,
    cannotListen: (address: string, reason: string) =>
      `Não foi possível escutar em ${address}: ${reason}.`,
    folderMissing: (folder: string) => `A pasta ${folder} não existe.`,
    notAFolder: (folder: string) => `${folder} não é uma pasta.`,
    folderForbidden: (folder: string) => `Sem permissão para ler a pasta ${folder}.`,
    folderUnusable: (folder: string, reason: string) =>
      `A pasta ${folder} não pode ser compartilhada: ${reason}.`,
    passwordFileUnusable: (file: string, reason: string) =>
      `O arquivo de senhas ${file} não serve: ${reason}.`,
    noPassword: "não há senha nele",
    inUtf16: "está em UTF-16; salve-o em UTF-8",
    unprotected: (address: string) =>
      `Sem senha, ${address} ficaria aberto a qualquer um: defina --tls-client-ca, APP_PASSWORD ou --password-file, ou use --open se é isso mesmo.`,
    bucketMissing: (bucket: string) => `O bucket ${bucket} não existe.`,
    bucketForbidden: (bucket: string) => `Sem permissão para listar o bucket ${bucket}.`,
    credentialsWrong: (bucket: string) =>
      `O serviço S3 não reconhece as credenciais para o bucket ${bucket}.`,
    sdkMissing: "Falta o arquivo s3.cjs ao lado do programa; sem ele não há --store.",
    credentialsMissing:
      "Faltam credenciais S3: defina AWS_ACCESS_KEY_ID e AWS_SECRET_ACCESS_KEY, ou um perfil em AWS_PROFILE.",
    regionMissing: "Falta a região do bucket: use --s3-region ou defina AWS_REGION.",
    storeUnreachable: (endpoint: string, reason: string) =>
      `O serviço S3 ${endpoint} não pode ser alcançado: ${reason}.`,
    bucketUnusable: (bucket: string, reason: string) =>
      `O bucket ${bucket} não pode ser compartilhado: ${reason}.`,
    notOnWindows: "app serve não funciona no Windows; app client, sim."
  },
  /** Why a certificate or key cannot be used; each takes the file's name. */
  certificates: {
    unreadable: (file: string, reason: string) => `O arquivo ${file} não pode ser lido: ${reason}.`,
    missing: "não existe",
    cert: (file: string) => `Não há um certificado inteiro em ${file}.`,
    key: (file: string) => `Não há uma chave inteira, e sem senha, em ${file}.`,
    ca: (file: string) => `Não há certificados inteiros de autoridades em ${file}.`,
    pair: (file: string) => `A chave em ${file} não é a do certificado.`
  },
  /** Why a TLS connection failed; each takes the server's address. */
  tls: {
    expired: (address: string) => `O certificado de ${address} venceu.`,
    notYetValid: (address: string) => `O certificado de ${address} ainda não vale.`,
    otherHost: (address: string) =>
      `O certificado de ${address} é de outro nome; veja --servername.`,
    unknownAuthority: (address: string) =>
      `O certificado de ${address} é de uma autoridade desconhecida; veja --ca.`,
    wantsCertificate: (address: string) =>
      `O servidor ${address} pede um certificado de cliente: use --cert e --key.`,
    certificateRefused: (address: string) =>
      `O servidor ${address} não aceita o certificado deste cliente.`,
    speaksNoTls: (address: string) => `O servidor ${address} não fala TLS; tente sem --tls.`,
    wantsTls: (address: string) => `O servidor ${address} só fala TLS: use --tls.`,
    failed: (address: string, code: string) =>
      `Não foi possível falar TLS com ${address}: ${code}.`,
    insecure: (address: string) =>
      `Atenção: com --tls-insecure não se sabe quem responde em ${address}; tudo pode ser lido e mudado no caminho.`
  },
  /** Why a question was not answered. */
  client: {
    cannotConnect: (address: string, reason: string) =>
      `Não foi possível conectar a ${address}: ${reason}.`,
    connectTimeout: (address: string) => `Não foi possível conectar a ${address}: sem resposta.`,
    connectionLost: (address: string) => `A conexão com ${address} caiu.`,
    readTimeout: (address: string, seconds: number) =>
      `O servidor ${address} ficou calado por ${seconds} s.`,
    slowTransfer: (address: string, rate: string, seconds: number) =>
      `O servidor ${address} mandou menos de ${rate}/s por ${seconds} s; veja --min-rate.`,
    malformedReply: (address: string, reason: string) =>
      `Resposta incompreensível de ${address}: ${reason}.`,
    replyTooLarge: "A resposta é grande demais para ser mostrada; grave-a com --output ARQUIVO.",
    cannotPrint: (reason: string) => `Não foi possível escrever na saída padrão: ${reason}.`,
    refused: (code: string, message: string) => `${code} ${message}`,
    unexpectedName: (name: string) =>
      `O servidor mandou um arquivo com outro nome: "${name}". Nada foi gravado.`,
    nothingMatches: (pattern: string) =>
      `Nada corresponde a "${pattern}"; veja os nomes com --cmd listar_arquivos.`,
    unaskedName: (name: string) =>
      `O servidor listou um nome que não foi pedido: "${name}". Nada foi gravado.`,
    hiddenName: (name: string) =>
      `"${name}" começa com ponto, ou está numa pasta assim; só com --hidden.`,
    cannotSave: (path: string, reason: string) => `Não foi possível gravar ${path}: ${reason}.`,
    /** What is in the way of a file; each stands for the reason. */
    obstacles: {
      file: (place: string) => `${place} não é uma pasta; tire-o dali ou escolha outro lugar`,
      folder: "há ali uma pasta com este nome; tire-a dali ou escolha outro lugar",
      link: (place: string) => `o link ${place} não leva a nada; tire-o dali ou escolha outro lugar`
    },
    /** What the file system did not accept of a file that is saved all the same. */
    notPreserved: {
      modified: (path: string) =>
        `${path} está gravado, mas o disco não aceitou a data da modificação.`,
      sync: (path: string) => `${path} está gravado, mas o disco não confirma que já o guardou.`
    },
    mismatch: (name: string) =>
      `O que chegou de ${name} não confere com o SHA-256 do servidor. Nada foi gravado.`,
    oneFileForMany: (output: string) =>
      `Vários arquivos não cabem em um só: ${output}. Para uma pasta, termine com /.`,
    retrying: (address: string, attempt: number, retries: number) =>
      `A conexão com ${address} caiu; tentativa ${attempt} de ${retries}.`,
    same: (path: string) => `${path} já estava aqui, igual.`,
    kept: (path: string) => `${path} já estava aqui, diferente, e foi mantido.`,
    failed: (name: string, reason: string) => `${name}: ${reason}`,
    summary: ({ failed, kept, same, saved }: Counts) =>
      [
        `Recebidos: ${saved}`,
        ...(same > 0 ? [`iguais: ${same}`] : []),
        ...(kept > 0 ? [`mantidos: ${kept}`] : []),
        ...(failed > 0 ? [`com erro: ${failed}`] : [])
      ].join("; ") + ".",
    leftover: (path: string, bytes: string) =>
      `${path} (${bytes}) é de um arquivo que o servidor não tem mais; --clean apaga.`,
    swept: (path: string, bytes: string) =>
      `${path} (${bytes}), de um arquivo que o servidor não tem mais, foi apagado.`,
    files: (count: number) => `${count} arquivos`,
    interrupted: (bytes: string, what: string) =>
      `Interrompido: ${bytes} de ${what} estão guardados; o mesmo comando continua daí.`,
    pace: (bytes: string, time: string, isVerified: boolean) =>
      `${bytes} em ${time}${isVerified ? ", conferidos" : ""}.`,
    phases: { comparing: "comparando", verifying: "conferindo" },
    filesOf: (finished: number, found: number) => `${finished} de ${found} arquivos`,
    lineFailed: (line: number, reason: string) => `Linha ${line}: ${reason}`
  },
  refusals: refusalsPortuguese,
  /** The client's words for the system's error codes (errno). */
  reasons: {
    ECONNREFUSED: "conexão recusada",
    ENOTFOUND: "nome desconhecido",
    EAI_AGAIN: "o nome não pôde ser resolvido agora",
    EHOSTUNREACH: "máquina inalcançável",
    ENETUNREACH: "rede inalcançável",
    ETIMEDOUT: "sem resposta",
    ECONNRESET: "a conexão foi cortada",
    EADDRNOTAVAIL: "endereço indisponível",
    EACCES: "sem permissão",
    EPERM: "sem permissão",
    EISDIR: "é uma pasta",
    ENOTDIR: "parte do caminho não é uma pasta",
    EEXIST: "já existe",
    ENOTEMPTY: "é uma pasta",
    ENOENT: "a pasta não existe",
    ENAMETOOLONG: "nome longo demais",
    ENOSPC: "disco cheio",
    EDQUOT: "cota de disco esgotada",
    EROFS: "sistema de arquivos só para leitura",
    EMFILE: "arquivos abertos demais",
    EIO: "erro de entrada e saída",
    EFTYPE: "lá está algo que não é um arquivo comum",
    EPIPE: "quem lia foi embora",
    ESTALE: "outro programa mexeu no arquivo incompleto"
  },
  /** Changes that are followed. */
  changes: changesPortuguese,
  /** A mirror. */
  mirror: mirrorPortuguese,
  /** The menu. */
  menu: {
    question: "Escolha um comando:",
    file: "Qual arquivo?",
    filter: "filtro",
    placeholder: "digite para filtrar",
    nothing: "nada com esse nome",
    noFiles: "Nenhum arquivo.",
    password: "Senha do servidor (nada a desiste):",
    wrongPassword: "Senha errada.",
    saved: (path: string, size: number) => `Gravado em ${path} (${size} bytes).`
  }
}

/** The entries of this catalog, in any language. */
export type Catalog = typeof portuguese
