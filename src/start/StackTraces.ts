/**
 * Errors that are made while modules are loaded have no stack trace. Effect reads one as it is loaded, to see how its
 * functions are named, and for that V8 parses the whole program again: 2.6 ms. Imported before effect is.
 */

const { stackTraceLimit } = Error
Error.stackTraceLimit = 0

/** Has errors have stack traces again; must be called once all is loaded. */
export const allowStackTraces = (): void => {
  Error.stackTraceLimit = stackTraceLimit
}
