/** The head of an answer as the SDK's connections return it, which has no type in the SDK. */
import { Readable } from "node:stream"

/** What is looked at of an answer before it is read. */
export interface AnswerHead {
  /** The HTTP status; 0 if there is none. */
  readonly status: number
  /** The value of a header whose name is in lower case, if it is there. */
  readonly header: (name: string) => string | undefined
  readonly body: Readable | undefined
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** The head of an answer. */
export const headOf = (response: unknown): AnswerHead => {
  const { body, headers, statusCode }: Partial<Record<string, unknown>> = isObject(response)
    ? { ...response }
    : {}
  const values: Partial<Record<string, unknown>> = isObject(headers) ? { ...headers } : {}
  return {
    status: typeof statusCode === "number" ? statusCode : 0,
    header: (name) => {
      const value = values[name]
      return typeof value === "string" ? value : undefined
    },
    body: body instanceof Readable ? body : undefined
  }
}
