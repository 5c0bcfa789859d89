/** What the server's sentences are in English: the entries of RefusalsPortuguese.ts. */
import type { SentenceName } from "../../domain/sentences/Sentences.ts"

/** By the sentence's name; `{}` is what it is about, in the server's order. */
export const refusalsEnglish: { readonly [Name in SentenceName]: string } = {
  NOTFOUND: "File not found!",
  CHANGED: "The file changed; start over.",
  RANGE: "The start asked for lies past the end of the file, which has {} bytes.",
  UNAVAILABLE: "The storage is unavailable; try again.",
  NOCHANGES: "This server does not tell of changes.",
  LOADING: "The server is about to stop.",
  NOTLS: "This server speaks TLS only: use --tls.",
  NOAUTH: "The server asks for a password: set APP_PASSWORD, or use --password-file.",
  WRONGPASS: "Wrong password.",
  NOPROTO: "The server does not speak this version of the protocol.",
  WRONGTYPE: "The command is for changes, and the name is a file's.",
  EXECABORT: "The transaction was discarded because of the errors before.",
  ONEARGUMENT: "In pickle, a command takes one argument and no more.",

  unknownCommand: "Unknown command: {}; see the commands with --cmd ajuda.",
  unknownVerb: "Unknown command.",
  unknownSubcommand: "Unknown subcommand: {}. See {} HELP.",
  wrongArity: "Wrong number of arguments for {}.",
  readOnly: "Read-only server: {} is not accepted.",
  denied: "Access denied.",
  tooManyClients: "The server answers as many clients as it can already.",

  invalidOption: "Invalid option: {}.",
  notACount: "{} has to be an integer, zero or greater.",
  notUtf8: "The argument is not in UTF-8.",
  tooManyNamed: "More than {} arguments.",
  patternTooLong: "The pattern is longer than {} bytes.",
  limitTooLarge: "LIMITE goes up to {}.",
  tooManyNames:
    "More than {} names: ask for them in parts, with LIMITE n and then APOS the last name.",
  tooManyKeys: "More than {} names: use SCAN, or a narrower pattern.",
  needsDetails: "RESUMO is for COM detalhes only.",
  syntaxError: "The arguments are not those that the command expects.",
  notAnInteger: "An argument should be an integer, or is out of range.",
  invalidCursor: "Invalid cursor.",
  noSuchKey: "There is nothing of this name.",

  tooManyChannels: "More than {} channels.",
  followsEnough: "The connection follows as many channels as it may already.",
  tooManyEntries: "More than {} changes: use COUNT, and then the id of the last one.",
  invalidId: "The id of a change is invalid.",
  invalidTimeout: "The time to wait should be an integer, or is out of range.",
  negativeTimeout: "The time to wait is negative.",
  unbalancedStreams: "In XREAD, each name needs an id, or $.",
  groupOnly: "GROUP is for XREADGROUP only, and this was XREAD.",
  subscribed:
    "{} is not accepted while the connection follows channels: only (P|S)SUBSCRIBE, (P|S)UNSUBSCRIBE, PING, QUIT and RESET.",
  subscribedExec:
    "The transaction was discarded: exec is not accepted while the connection follows channels, only (P|S)SUBSCRIBE, (P|S)UNSUBSCRIBE, PING, QUIT and RESET.",

  nested: "A MULTI cannot be within another.",
  watchInside: "WATCH is not accepted within MULTI.",
  execWithoutMulti: "EXEC without MULTI.",
  discardWithoutMulti: "DISCARD without MULTI.",
  notInside: "The command is not accepted within a transaction.",
  transactionTooLarge: "The transaction goes beyond the limit of memory.",
  tooMuchWatched: "WATCH goes beyond the limit of memory.",

  helloUnauthenticated: "The server asks for a password: set APP_PASSWORD, or use --password-file.",
  helloVersion: "The version of the protocol should be an integer, or is out of range.",
  helloOption: "Invalid option of HELLO: {}.",
  noPasswordConfigured: "This server asks for no password.",
  invalidClientName: "A client's name cannot have spaces, line ends or special characters.",
  invalidClientId: "A client's number is invalid.",
  unknownClientType: "Unknown type of client: {}.",
  unrecognizedOption: "Unknown option: {}.",
  noSuchDatabase: "There is no database of this number.",

  slowlogCount: "The number of entries should be -1 or greater.",
  noSamples: "Nothing was measured of {}.",
  noCluster: "This server is of no cluster.",
  frequencyNotTracked: "This server does not count how often a file is asked for.",
  notificationClasses:
    "CONFIG SET of {}: one of the letters is invalid. Valid are those of Ag$lshzxeKEtmdn.",

  tooBigCount: "Protocol error: the line with the number of arguments is too long.",
  invalidCount: "Protocol error: the number of arguments is invalid or too large.",
  tooBigLength: "Protocol error: the line with an argument's length is too long.",
  invalidLength: "Protocol error: an argument's length is invalid or too large.",
  unauthenticatedCount: "Protocol error: too many arguments before the password.",
  unauthenticatedLength: "Protocol error: an argument that is too long before the password.",
  tooBigInline: "Protocol error: the line is too long.",
  unbalancedQuotes: "Protocol error: there are unbalanced quotes.",
  notALength: "Protocol error: in place of $ there was {}.",
  noTls: "Protocol error: this server does not speak TLS."
}
