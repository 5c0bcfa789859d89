/** What a Node that is too old is told, in place of the stack trace of whatever it lacks first. */

/** The oldest Node that has all that the program uses: `process.getBuiltinModule` came with 20.16 and 22.3. */
export const oldest = "20.16"

/** Whether this Node is too old; then it says so in both languages, and the process ends with code 1. */
export const refuseOldNode = (): boolean => {
  if (typeof process.getBuiltinModule === "function") return false
  process.stderr.write(
    `app precisa do Node ${oldest} ou mais novo / app needs Node ${oldest} or newer (${process.version}).\n`
  )
  process.exitCode = 1
  return true
}
