/** What a Node that is too old is told, in place of the stack trace of whatever it lacks first. */

/**
 * The oldest Nodes of their lines that have all that the program uses: `process.getBuiltinModule` came with 20.16 and 22.3, and
 * no 21 has it. package.json's `engines` says the same.
 */
export const oldest = ["20.16", "22.3"] as const

/** Whether this Node is too old; then it says so in both languages, and the process ends with code 1. */
export const refuseOldNode = (): boolean => {
  const [first, second] = oldest
  if (typeof process.getBuiltinModule === "function") return false
  process.stderr.write(
    `app precisa do Node ${first}, ou ${second} ou mais novo / app needs Node ${first}, or ${second} or newer (${process.version}).\n`
  )
  process.exitCode = 1
  return true
}
