/** The head of an answer as the SDK's connections return it, which has no type in the SDK. */
import { Predicate, Result } from "effect"
import { Readable } from "node:stream"
import { checkMediaType } from "../S3Answers.ts"

/** What is looked at of an answer before it is read. */
export interface AnswerHead {
  /** The HTTP status; 0 if there is none. */
  readonly status: number
  /** The value of a header whose name is in lower case, if it is there. */
  readonly header: (name: string) => string | undefined
  readonly body: Readable | undefined
}

const headOf = (response: unknown): AnswerHead => {
  const { body, headers, statusCode } = Predicate.isObject(response) ? response : {}
  return {
    status: typeof statusCode === "number" ? statusCode : 0,
    header: (name) => {
      const value = Predicate.hasProperty(headers, name) ? headers[name] : undefined
      return typeof value === "string" ? value : undefined
    },
    body: body instanceof Readable ? body : undefined
  }
}

/** The head of an answer of S3. Throws S3Failure, and reads no more of it, where its media type is one that no store answers with. */
export const checkedHead = (response: unknown, isList: boolean): AnswerHead => {
  const head = headOf(response)
  const { body, header, status } = head
  const checked = checkMediaType({ isList, status, type: header("content-type") })
  if (Result.isSuccess(checked)) return head
  body?.destroy()
  throw checked.failure
}
