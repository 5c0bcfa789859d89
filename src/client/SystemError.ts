/** An error of the client's own that is told as the system's are, by its code: where the system would not refuse. */
export const systemError = (code: string, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code })
