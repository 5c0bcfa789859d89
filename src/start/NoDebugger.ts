/**
 * SIGUSR1 opens Node's debugger on 127.0.0.1:9229, from which any user of the machine may run code as this program
 * (nodejs.org/api/process.html, signal events). A listener takes that signal's place; it does not keep the process from
 * ending. Imported before all else, for until then the debugger may be opened. `--disable-sigusr1` would leave no such
 * moment, but ends a Node that does not know it, as 20 does not.
 */
process.on("SIGUSR1", () => undefined)
