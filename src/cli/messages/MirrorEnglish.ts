/** The texts of `app client --mirror`, in English. */
import type { MirrorCatalog } from "./MirrorPortuguese.ts"

const joined = (first: string, parts: ReadonlyArray<readonly [count: number, text: string]>) =>
  [first, ...parts.flatMap(([count, text]) => (count > 0 ? [`${text}: ${count}`] : []))].join("; ")

/** The catalog. */
export const mirrorEnglish: MirrorCatalog = {
  plan: (totals) =>
    `${joined(`Plan: new: ${totals.new}`, [
      [totals.changed, "changed"],
      [totals.renamed, "renamed"],
      [totals.touched, "time only"],
      [totals.gone, "gone"],
      [totals.kept, "kept"]
    ])}; to receive: ${totals.amount}.`,
  upToDate: (files) => `Nothing to do: ${files} files are the same.`,
  done: (totals) =>
    `${joined(`Received: ${totals.new + totals.changed} (${totals.amount})`, [
      [totals.renamed, "renamed"],
      [totals.touched, "time only"],
      [totals.gone, "deleted"],
      [totals.kept, "kept"],
      [totals.failed, "failed"]
    ])}.`,
  steps: {
    new: "new",
    changed: "changed",
    renamed: "renamed",
    touched: "time",
    deleted: "deleted",
    kept: "kept",
    failed: "failed"
  },
  kept: {
    edited: "it was changed here by hand",
    unknown: "the mirror did not bring it, and it is different",
    obstructed:
      "in its place is something that is no regular file, or no folder where one should be",
    changedMeanwhile: "it changed here during the run"
  },
  busy: (folder) => `Another mirror is at work in ${folder}.`,
  stateUnreadable:
    "The mirror's state file cannot be read: everything is compared by SHA-256, and nothing that is here is deleted.",
  refused: {
    empty: (gone) =>
      `The server lists no file at all, and ${gone} would be deleted. Nothing was done; if it is right, use --max-delete.`,
    half: (gone, known) =>
      `${gone} of ${known} files would be deleted. Nothing was done; if it is right, use --max-delete.`,
    limit: (gone, known) =>
      `${gone} of ${known} files would be deleted, more than --max-delete. Nothing was done.`
  },
  tooManyFiles: (most) => `The server lists more than ${most} files. Nothing was done.`,
  backupInside: "--backup has to be outside of the mirror's folder.",
  respOnly:
    "--mirror does not talk to servers of the original project: leave out --protocol pickle.",
  notTogether: "--mirror and --cmd cannot be given together."
}
