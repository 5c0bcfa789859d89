/** Which modules, which of the host's globals, and which readings of a clock, a source makes use of. */
import { parseSync, Visitor } from "rolldown/utils"

const globals = new Set([
  "Buffer",
  "process",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask"
])

/** Of effect's Clock: milliseconds and nanoseconds since 1970. Its monotonic time has names of its own. */
const wallReadings = /^currentTime(?:Millis|Nanos)(?:Unsafe)?$/

/** What of effect goes by the wall clock within: the ages of what is kept, and pauses that end at a time of day. */
const wallWithin =
  /^(?:(?:Scoped)?Cache\.make(?:With)?|Pool\.makeWithTTL|RcMap\.make|CircuitBreaker\.make|RateLimiter\.\w+|Effect\.cached\w*WithTTL|Schedule\.(?:cron|during|elapsed|fixed|windowed)|Stream\.(?:debounce|throttle\w*|timeout\w*))$/

/** What the rules of the architecture ask of a source. */
export interface SourceUses {
  /** What is wrong with its syntax. */
  readonly errors: ReadonlyArray<unknown>
  /** Every module it names, however it names it; an `import()` of anything but a literal is `?`. */
  readonly imports: ReadonlyArray<string>
  /** The globals and readings, each as it is written: `Buffer`, `Date.now`, `new Date()`, `currentTimeMillis`. A name is told once. */
  readonly uses: ReadonlyArray<string>
}

const known = new Map<string, SourceUses>()

/** All of it, found once for a text: several rules ask. */
export const usesOf = (file: string, text: string): SourceUses => {
  const found = known.get(text) ?? find(file, text)
  known.set(text, found)
  return found
}

const find = (file: string, text: string): SourceUses => {
  const { errors, program } = parseSync(file, text)
  const imports: Array<string> = []
  const found = new Set<string>()
  /** Names of members, which are nobody's globals. */
  const names = new Set<unknown>()
  new Visitor({
    ImportDeclaration: (node) => void imports.push(node.source.value),
    ExportAllDeclaration: (node) => void imports.push(node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) imports.push(node.source.value)
    },
    ImportExpression: ({ source }) =>
      void imports.push(
        source.type === "Literal" && typeof source.value === "string" ? source.value : "?"
      ),
    TSImportType: (node) => void imports.push(node.source.value),
    TSExternalModuleReference: (node) => void imports.push(node.expression.value),
    MemberExpression: (node) => {
      if (node.computed || node.property.type !== "Identifier") return
      names.add(node.property)
      const { name } = node.property
      if (wallReadings.test(name)) found.add(name)
      if (node.object.type !== "Identifier") return
      if (node.object.name === "Date" && name === "now") found.add("Date.now")
      if (node.object.name === "DateTime" && name.startsWith("now")) found.add(`DateTime.${name}`)
      const member = `${node.object.name}.${name}`
      if (wallWithin.test(member)) found.add(member)
    },
    CallExpression: ({ callee }) => {
      if (callee.type === "Identifier" && callee.name === "Date") found.add("Date()")
    },
    NewExpression: (node) => {
      const isDate = node.callee.type === "Identifier" && node.callee.name === "Date"
      if (isDate && node.arguments.length === 0) found.add("new Date()")
    },
    Property: ({ computed, key, shorthand }) => {
      if (computed) return
      if (key.type === "Identifier" && wallReadings.test(key.name)) found.add(key.name)
      if (!shorthand) names.add(key)
    },
    PropertyDefinition: (node) => {
      if (!node.computed) names.add(node.key)
    },
    MethodDefinition: (node) => {
      if (!node.computed) names.add(node.key)
    },
    TSPropertySignature: (node) => void names.add(node.key),
    TSMethodSignature: (node) => void names.add(node.key),
    Identifier: (node) => {
      if (globals.has(node.name) && !names.has(node)) found.add(node.name)
    }
  }).visit(program)
  return { errors, imports, uses: [...found].sort() }
}
