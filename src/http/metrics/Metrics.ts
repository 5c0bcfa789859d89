/**
 * What the server tells Prometheus: the numbers of Stats, summed over all processes, so that it is the same whichever of
 * them is asked. How they are written: Exposition.
 */
import { beyond, bounds } from "../../telemetry/Histogram.ts"
import type { ClusterStats } from "../../telemetry/ClusterStats.ts"
import type { Numbers } from "../../telemetry/Stats.ts"
import type { Changes } from "../../services/files/FileChanges.ts"
import { histogramText, type Metric, metricText, type Sample } from "./Exposition.ts"

/** One value without labels. */
const only = (value: number): ReadonlyArray<Sample> => [{ labels: {}, value }]

/** Counts by name, the first two words of a name as labels; sorted, so that two readings can be compared. */
const byName = (
  counts: Readonly<Record<string, number>>,
  labels: (name: string) => Readonly<Record<string, string>>
): ReadonlyArray<Sample> =>
  Object.entries(counts)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ({ labels: labels(name), value }))

/** `GET 200`, as Totals.httpRequests has it. */
const httpLabels = (name: string): Readonly<Record<string, string>> => {
  const [method = "", code = ""] = name.split(" ")
  return { method, code }
}

/** What is told besides the numbers. */
export interface Circumstances {
  /** The time of day, in milliseconds since 1970, and Monotonic's, when the server was asked. */
  readonly now: number
  readonly monotonic: number
  /** The name on the wire of the command of this tag. */
  readonly commandName: (tag: string) => string
  readonly changes: Changes
}

const metricsOf = (
  stats: Numbers,
  { startedAt, totals }: ClusterStats,
  { changes, commandName, monotonic, now }: Circumstances
): ReadonlyArray<Metric> => {
  const counter = (name: string, help: string, samples: ReadonlyArray<Sample>): Metric => ({
    name,
    help,
    type: "counter",
    samples
  })
  const gauge = (name: string, help: string, samples: ReadonlyArray<Sample>): Metric => ({
    name,
    help,
    type: "gauge",
    samples
  })
  return [
    gauge("sockets_build_info", "The server's version; always 1.", [
      { labels: { version: stats.version }, value: 1 }
    ]),
    gauge("sockets_workers", "Processes that serve.", only(totals.workers)),
    gauge("sockets_connections", "Open connections.", only(totals.connectedClients)),
    gauge(
      "sockets_connections_max",
      "The limit of open connections, 0 for none.",
      only(totals.maxClients)
    ),
    counter(
      "sockets_connections_accepted_total",
      "Connections accepted, rejected ones included.",
      only(totals.connectionsReceived)
    ),
    counter(
      "sockets_connections_rejected_total",
      "Connections closed at once because there were too many.",
      only(totals.connectionsRejected)
    ),
    counter("sockets_commands_total", "Commands, by protocol and name.", [
      ...byName(totals.respCommands, (tag) => ({ protocol: "resp", command: commandName(tag) })),
      ...byName(totals.pickleCommands, (tag) => ({
        protocol: "pickle",
        command: commandName(tag)
      }))
    ]),
    counter(
      "sockets_http_requests_total",
      "Requests of HTTP, by method and status.",
      byName(totals.httpRequests, httpLabels)
    ),
    counter(
      "sockets_protocol_errors_total",
      "Connections closed because of a malformed request.",
      only(totals.protocolErrors)
    ),
    counter(
      "sockets_authentication_failures_total",
      "Wrong passwords.",
      only(totals.authenticationFailures)
    ),
    counter("sockets_received_bytes_total", "Bytes received.", only(totals.bytesReceived)),
    counter("sockets_sent_bytes_total", "Bytes sent.", only(totals.bytesSent)),
    counter("sockets_transfers_total", "Bodies, mostly of files, sent or cut off.", [
      { labels: { result: "complete" }, value: totals.transfersCompleted },
      { labels: { result: "cut" }, value: totals.transfersCut }
    ]),
    gauge(
      "sockets_index_folders",
      "Folders whose names are in memory, of all processes.",
      only(totals.indexFolders)
    ),
    gauge("sockets_index_bytes", "What those names take in memory.", only(totals.indexBytes)),
    gauge("sockets_event_streams", "Open streams of changes over HTTP.", only(totals.eventStreams)),
    gauge(
      "sockets_draining",
      "1 while any process is about to stop, else 0.",
      only(Number(totals.draining > 0))
    ),
    gauge(
      "sockets_store_up",
      "1 while the shared folder or bucket is there for all processes, else 0.",
      only(Number(totals.storesGone === 0))
    ),
    counter(
      "process_cpu_seconds_total",
      "Processor time of all processes, in seconds.",
      only(totals.cpuSeconds)
    ),
    gauge("process_resident_memory_bytes", "Resident memory of all processes.", only(totals.rss)),
    gauge(
      "sockets_heap_used_bytes",
      "JavaScript heap in use in all processes.",
      only(totals.heapUsed)
    ),
    counter(
      "sockets_changes_total",
      "Changes of the shared files that were told of, since sockets_changes_epoch_seconds.",
      only(changes.last().sequence)
    ),
    gauge(
      "sockets_changes_epoch_seconds",
      "When the log of changes began, in seconds since 1970.",
      only(changes.epoch / 1000)
    ),
    gauge("sockets_changes_source", "How changes are found: watch, poll or none; always 1.", [
      { labels: { source: changes.source() }, value: 1 }
    ]),
    gauge("sockets_changes_log_length", "Changes in the log.", only(changes.length())),
    gauge("sockets_changes_log_bytes", "What they take in each process.", only(changes.held())),
    gauge(
      "sockets_changes_watches",
      "Folders that the system watches for the server.",
      only(changes.watches())
    ),
    gauge(
      "sockets_changes_followers",
      "Clients that wait for a change.",
      only(totals.changeFollowers)
    ),
    gauge(
      "process_start_time_seconds",
      "When the server began to serve, in seconds since 1970.",
      only((now - (monotonic - startedAt)) / 1000)
    )
  ]
}

/** All metrics, as text. */
export const metricsText = (
  stats: Numbers,
  cluster: ClusterStats,
  circumstances: Circumstances
): string =>
  metricsOf(stats, cluster, circumstances).map(metricText).join("")
  + histogramText({
    name: "sockets_request_duration_seconds",
    help: "From a request to its reply, or to the end of the body; of requests that are not answered from memory at once.",
    classes: [...bounds.map(String), beyond].map((bound) => [
      bound,
      cluster.totals.durations[bound] ?? 0
    ]),
    sum: cluster.totals.durationSeconds
  })
