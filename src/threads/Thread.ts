/**
 * A thread that answers one message at a time, whatever it is asked. It keeps the process alive only while it is asked,
 * and ends with its scope.
 */
import { Data, Effect, type Scope } from "effect"
import { Worker } from "node:worker_threads"

/** There is no answer: the thread failed, or has ended. */
export class ThreadFailed extends Data.TaggedError("ThreadFailed")<{ readonly cause: unknown }> {}

/** A thread. What it may be asked, and what it answers, is as its program has it. */
export interface Thread<Question, Answer> {
  /**
   * Asks. Nothing else may be asked until it is answered: whoever has the thread, as from a Pool, has it alone. It cannot be
   * interrupted: what is asked about must stay open meanwhile.
   */
  readonly ask: (question: Question) => Effect.Effect<Answer, ThreadFailed>
}

const toThread = <Question, Answer>(worker: Worker): Thread<Question, Answer> => ({
  ask: (question) =>
    Effect.callback<Answer, ThreadFailed>((resume) => {
      const finish = (result: Effect.Effect<Answer, ThreadFailed>) => {
        worker.off("message", answered).off("error", failed).off("exit", ended)
        worker.unref()
        resume(result)
      }
      const answered = (answer: Answer) => finish(Effect.succeed(answer))
      const failed = (cause: unknown) => finish(Effect.fail(new ThreadFailed({ cause })))
      const ended = () => failed(new Error("the thread has ended"))
      if (worker.threadId === -1) return ended()
      worker.on("message", answered).on("error", failed).on("exit", ended)
      worker.ref()
      worker.postMessage(question)
    }).pipe(Effect.uninterruptible)
})

/**
 * Starts a thread with a program, which is text: in a file of its own it would have to be found from the source and from
 * the bundle, which is one file.
 */
export const makeThread = <Question, Answer>(
  name: string,
  program: string
): Effect.Effect<Thread<Question, Answer>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const worker = new Worker(program, { eval: true, name })
      // `ask` sees that a thread has ended. Without a listener an error, as when no descriptor is left to start the
      // thread, would end the process.
      worker.on("error", () => undefined)
      worker.unref()
      return worker
    }),
    (worker) => Effect.promise(() => worker.terminate())
  ).pipe(Effect.map((worker) => toThread<Question, Answer>(worker)))
