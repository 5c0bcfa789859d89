import { defineConfig } from "vitest/config"

/**
 * A test file's name without a further dot: no `*.long`, no `*.s3`, and no `*.peer`, which starts a program beside
 * ours.
 */
const file = "+([!.]).test.ts"

/**
 * The tests that need no bundle, no server and no other process: whole rooms, and single files of rooms whose other
 * tests need one. test/architecture.test.ts holds them to it.
 */
export const unit = [
  "test/{architecture,docs,readme}.test.ts",
  `test/{codec,commands,domain,guard,telemetry}/**/${file}`,
  `test/cli/serve/workers/${file}`,
  "test/cli/usage/CommandLine.test.ts",
  "test/cli/client/{Display,ErrorMessage,flags/Misuse,menu/Choices,progress/Progress}.test.ts",
  "test/client/{Connector,Requests,files/Placement}.test.ts",
  `test/client/{changes,files/placing,files/small,mirror,mirror/follow,mirror/state}/${file}`,
  "test/client/files/ListedFiles.test.ts",
  // Not PartFiles, which waits for a second on a disk.
  "test/client/node/{Lease,SmallFiles,mirror/Folder}.test.ts",
  "test/http/{Access,Response,ServiceRoutes,Target}.test.ts",
  "test/http/file/Conditions.test.ts",
  "test/net/proxy/ProxyHeader.test.ts",
  "test/routes/FileReply.test.ts",
  "test/server/{Authentication,Session}.test.ts",
  `test/server/subscriptions/${file}`,
  `test/services/${file}`,
  // Not FileStore, which writes thousands of files on a disk: it is every store's contract, and takes a quarter of the suite.
  "test/services/files/{BufferPool,DigestCache,LruCache,PackedTexts,TextMap}.test.ts",
  `test/services/files/{changes,s3,s3/watch,scan}/${file}`,
  "test/services/files/directory/watch/{Disk,FileNames,FolderTree,Outbox,Unsettled}.test.ts"
]

const everyday = "test/**/*.test.ts"
const long = "test/**/*.long.test.ts"
const s3 = "test/s3/**/*.s3.test.ts"
const browser = "test/browser/**/*.browser.test.ts"
const bundle = "test/support/setup/bundle.ts"

/**
 * Five suites: `unit` is `npm run test:unit`, and `npm run test:watch` while one works, done in seconds; with
 * `everyday`, which is every other test of every day, it is what `npm test` runs; `long` is `npm run test:long`,
 * whose tests take minutes or measure the machine, and so run one file at a time; `s3` is `npm run test:s3`, over
 * a real Ceph, which it starts; `browser` is `npm run test:browser`, in Debian's Chromium.
 *
 * Files of every day share two processes, for what they import takes as long as many of them do: with a process each,
 * `npm test` took 299 s of processor time, and shared it takes 226. None may change its process for those after it.
 * Files of the other suites have a process each (`forks`): they look at the heap.
 * Nothing is ever retried: a test that fails now and then has found something.
 */
export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    retry: 0,
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: unit,
          isolate: false,
          // By default half of the cores are left to others, and on a machine of two the suite takes twice as long.
          maxWorkers: 2,
          testTimeout: 20_000
        }
      },
      {
        extends: true,
        test: {
          name: "everyday",
          include: [everyday],
          exclude: [long, s3, browser, ...unit],
          globalSetup: [bundle, "test/support/setup/leftOut.ts"],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 20_000,
          hookTimeout: 20_000
        }
      },
      {
        extends: true,
        test: {
          name: "long",
          include: [long],
          globalSetup: bundle,
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 60_000
        }
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: [browser],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000
        }
      },
      {
        extends: true,
        test: {
          name: "s3",
          include: [s3],
          globalSetup: [bundle, "test/s3/cluster.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000
        }
      }
    ]
  }
})
