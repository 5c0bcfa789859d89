/**
 * Keeps SIGUSR1 from opening Node's debugger on 127.0.0.1:9229, through which any user of the machine could run code as
 * this program (nodejs.org/api/process.html, signal events). The listener replaces Node's reaction, and does not keep
 * the process running. Imported before everything else, because the debugger can be opened until then. Node's flag
 * `--disable-sigusr1` leaves no such moment, and the single executable has it; but Node 20 does not know it and exits.
 */
process.on("SIGUSR1", () => undefined)
