/** The texts that people read, in English: the entries of Portuguese.ts. */
import type { Catalog } from "./Portuguese.ts"
import { announcementEnglish } from "./AnnouncementEnglish.ts"
import { changesEnglish } from "./ChangesEnglish.ts"
import { mirrorEnglish } from "./MirrorEnglish.ts"
import { refusalsEnglish } from "./RefusalsEnglish.ts"
import { usageEnglish } from "./UsageEnglish.ts"

/** The catalog. */
export const english: Catalog = {
  help: {
    app: "Shares a folder over TCP and asks for it; any Redis client will do as well.",
    serve: "Shares a folder, read-only, at a TCP address.",
    client:
      "Asks a server: with --cmd one question; on a terminal a menu; else one command a line of standard input.",
    arguments: "The command's arguments",
    argument: "argument",
    folder: "Folder to share; without it DB where there is one, else the current folder",
    folderArgument: "folder",
    help: "Show this help",
    version: "Show the version",
    disable: "Turns off",
    completions: "Print the shell's completion script",
    headings: {
      description: "DESCRIPTION",
      usage: "USAGE",
      arguments: "ARGUMENTS",
      commands: "COMMANDS",
      flags: "FLAGS",
      generalFlags: "GLOBAL FLAGS",
      examples: "EXAMPLES",
      serverCommands: "WHAT CAN BE ASKED, WITH --cmd"
    },
    usage: { command: "<command>", flags: "[flags]" },
    groups: {
      serving: "SERVING",
      access: "ACCESS",
      http: "HTTP",
      limits: "LIMITS",
      logs: "LOGS",
      connection: "CONNECTION",
      asking: "ASKING",
      saving: "SAVING",
      mirroring: "MIRROR"
    },
    exitCodes: [
      ["0", "Done."],
      ["1", "The server refused, or the file could not be saved."],
      ["2", "The command line is wrong."],
      ["3", "There was no connection, or it was lost and could not be made good."],
      ["4", "What arrived does not match the server's checksum; nothing of it is kept."],
      ["130", "Interrupted."]
    ],
    manual: {
      name: "NAME",
      exitCodes: "EXIT STATUS",
      seeAlso: "SEE ALSO",
      summary: "shares a folder over TCP, and asks for it"
    },
    serverCommands: [
      ["dados", "Says who the server is"],
      ["hora_atual", "The server's time"],
      [
        "listar_arquivos [pattern]",
        "The names of the files; with a pattern such as *.txt, those that match"
      ],
      ["enviar_arquivo <name>", "Receives a file; with a pattern, several"],
      ["detalhes_arquivo <name>", "A file's size, date and version"],
      ["soma_arquivo <name>", "A file's SHA-256"],
      [
        "acompanhar [pattern]",
        "The changes of the files as they happen, a line each, until Ctrl-C"
      ],
      ["finalizar_conexao", "Says goodbye"],
      ["ajuda", "All commands of the server, told by itself; help is the same"]
    ],
    examples: {
      time: "The server's time",
      send: "Receive a file into the current folder",
      menu: "The menu",
      serve: "Share the folder DB at 127.0.0.1:65432",
      anyPort: "Another folder, at any free port",
      bucket: "What lies below 2024/ in a bucket"
    }
  },
  usage: usageEnglish,
  announcement: announcementEnglish,
  currentFolder: (path) => `the current folder, ${path},`,
  startUp: {
    portTaken: (address) => `The address ${address} is already in use.`,
    portForbidden: (address) => `Not permitted to listen at ${address}.`,
    noSuchAddress: (address) => `The address ${address} is not of this machine.`,
    cannotListen: (address, reason) => `Cannot listen at ${address}: ${reason}.`,
    folderMissing: (folder) => `The folder ${folder} does not exist.`,
    notAFolder: (folder) => `${folder} is not a folder.`,
    folderForbidden: (folder) => `Not permitted to read the folder ${folder}.`,
    folderUnusable: (folder, reason) => `The folder ${folder} cannot be shared: ${reason}.`,
    passwordFileUnusable: (file, reason) => `The password file ${file} is of no use: ${reason}.`,
    noPassword: "there is no password in it",
    inUtf16: "it is in UTF-16; save it in UTF-8",
    unprotected: (address) =>
      `Without a password, ${address} would be open to anybody: set --tls-client-ca, APP_PASSWORD or --password-file, or use --open if that is meant.`,
    bucketMissing: (bucket) => `The bucket ${bucket} does not exist.`,
    bucketForbidden: (bucket) => `Not permitted to list the bucket ${bucket}.`,
    credentialsWrong: (bucket) =>
      `The S3 service does not accept the credentials for the bucket ${bucket}.`,
    sdkMissing: "The file s3.cjs is missing beside the program; without it there is no --store.",
    credentialsMissing:
      "S3 credentials are missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in AWS_PROFILE.",
    regionMissing: "The bucket's region is missing: use --s3-region, or set AWS_REGION.",
    storeUnreachable: (endpoint, reason) =>
      `The S3 service ${endpoint} cannot be reached: ${reason}.`,
    bucketUnusable: (bucket, reason) => `The bucket ${bucket} cannot be shared: ${reason}.`,
    notOnWindows: "app serve does not work on Windows; app client does."
  },
  certificates: {
    unreadable: (file, reason) => `The file ${file} cannot be read: ${reason}.`,
    missing: "it does not exist",
    cert: (file) => `There is no whole certificate in ${file}.`,
    key: (file) => `There is no whole key, free of a password, in ${file}.`,
    ca: (file) => `There are no whole certificates of authorities in ${file}.`,
    pair: (file) => `The key in ${file} is not the certificate's.`
  },
  tls: {
    expired: (address) => `The certificate of ${address} has expired.`,
    notYetValid: (address) => `The certificate of ${address} is not valid yet.`,
    otherHost: (address) => `The certificate of ${address} is for another name; see --servername.`,
    unknownAuthority: (address) =>
      `The certificate of ${address} is from an unknown authority; see --ca.`,
    wantsCertificate: (address) =>
      `The server ${address} asks for a client certificate: use --cert and --key.`,
    certificateRefused: (address) =>
      `The server ${address} does not accept this client's certificate.`,
    speaksNoTls: (address) => `The server ${address} does not speak TLS; try without --tls.`,
    wantsTls: (address) => `The server ${address} speaks TLS only: use --tls.`,
    failed: (address, code) => `Cannot speak TLS with ${address}: ${code}.`,
    insecure: (address) =>
      `Warning: with --tls-insecure nobody knows who answers at ${address}; all of it can be read and changed on its way.`
  },
  client: {
    cannotConnect: (address, reason) => `Cannot connect to ${address}: ${reason}.`,
    connectTimeout: (address) => `Cannot connect to ${address}: no answer.`,
    connectionLost: (address) => `The connection to ${address} was lost.`,
    readTimeout: (address, seconds) => `The server ${address} was silent for ${seconds} s.`,
    slowTransfer: (address, rate, seconds) =>
      `The server ${address} sent less than ${rate}/s for ${seconds} s; see --min-rate.`,
    malformedReply: (address, reason) => `Cannot understand the reply of ${address}: ${reason}.`,
    replyTooLarge: "The reply is too large to be shown; save it with --output FILE.",
    cannotPrint: (reason) => `Cannot write to standard output: ${reason}.`,
    refused: (code, message) => `${code} ${message}`,
    unexpectedName: (name) =>
      `The server sent a file of another name: "${name}". Nothing was saved.`,
    nothingMatches: (pattern) =>
      `Nothing matches "${pattern}"; see the names with --cmd listar_arquivos.`,
    unaskedName: (name) =>
      `The server listed a name that was not asked for: "${name}". Nothing was saved.`,
    hiddenName: (name) =>
      `"${name}" begins with a dot, or is in such a folder; only with --hidden.`,
    cannotSave: (path, reason) => `Cannot save ${path}: ${reason}.`,
    obstacles: {
      file: (place) => `${place} is no folder; move it away, or choose another place`,
      folder: "there is a folder of this name; move it away, or choose another place",
      link: (place) => `the link ${place} leads nowhere; move it away, or choose another place`
    },
    notPreserved: {
      modified: (path) => `${path} is saved, but the disk did not take its date.`,
      sync: (path) => `${path} is saved, but the disk does not confirm that it has it by now.`
    },
    mismatch: (name) =>
      `What arrived of ${name} does not match the server's SHA-256. Nothing was saved.`,
    oneFileForMany: (output) =>
      `Several files do not fit into one: ${output}. For a folder, end it with /.`,
    retrying: (address, attempt, retries) =>
      `The connection to ${address} was lost; attempt ${attempt} of ${retries}.`,
    same: (path) => `${path} was here already, the same.`,
    kept: (path) => `${path} was here already, different, and was kept.`,
    failed: (name, reason) => `${name}: ${reason}`,
    summary: ({ failed, kept, same, saved }) =>
      [
        `Received: ${saved}`,
        ...(same > 0 ? [`the same: ${same}`] : []),
        ...(kept > 0 ? [`kept: ${kept}`] : []),
        ...(failed > 0 ? [`failed: ${failed}`] : [])
      ].join("; ") + ".",
    leftover: (path, bytes) =>
      `${path} (${bytes}) is of a file that the server has no longer; --clean removes it.`,
    swept: (path, bytes) =>
      `${path} (${bytes}), of a file that the server has no longer, was removed.`,
    files: (count) => `${count} files`,
    interrupted: (bytes, what) =>
      `Interrupted: ${bytes} of ${what} are kept; the same command goes on from there.`,
    pace: (bytes, time, isVerified) => `${bytes} in ${time}${isVerified ? ", verified" : ""}.`,
    phases: { comparing: "comparing", verifying: "verifying" },
    filesOf: (finished, found) => `${finished} of ${found} files`,
    lineFailed: (line, reason) => `Line ${line}: ${reason}`
  },
  refusals: refusalsEnglish,
  reasons: {
    ECONNREFUSED: "connection refused",
    ENOTFOUND: "unknown name",
    EAI_AGAIN: "the name cannot be resolved now",
    EHOSTUNREACH: "host unreachable",
    ENETUNREACH: "network unreachable",
    ETIMEDOUT: "no answer",
    ECONNRESET: "the connection was cut",
    EADDRNOTAVAIL: "address not available",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is not a folder",
    EEXIST: "it already exists",
    ENOTEMPTY: "it is a folder",
    ENOENT: "the folder does not exist",
    ENAMETOOLONG: "the name is too long",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EROFS: "the file system is read-only",
    EMFILE: "too many open files",
    EIO: "input/output error",
    EFTYPE: "there is something that is no regular file",
    EPIPE: "whoever was reading it is gone",
    ESTALE: "another program changed the unfinished file"
  },
  changes: changesEnglish,
  mirror: mirrorEnglish,
  menu: {
    question: "Choose a command:",
    file: "Which file?",
    filter: "filter",
    placeholder: "type to filter",
    nothing: "nothing of that name",
    noFiles: "No files.",
    password: "The server's password (nothing gives up):",
    wrongPassword: "Wrong password.",
    saved: (path, size) => `Saved to ${path} (${size} bytes).`
  }
}
