import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// A run for programs: one JSON object, `haldane.report/1`, described by `ReportSchema`.
///
/// Seconds, shares of 0...1 and ISO 8601 throughout; what is not known is `null`, and no number is NaN or infinite. Keys always
/// come in the same order.
package struct JSONReport: Sendable {
    package static let schema = "haldane.report/1"

    private let story: RunStory

    package init(_ story: RunStory) {
        self.story = story
    }

    /// The object and a newline.
    package var bytes: [UInt8] {
        var writer = JSONLineWriter(reservingCapacity: 64_000)
        writer.beginObject()
        writer.put("schema", Self.schema)
        writeRun(to: &writer)
        writeEnd(to: &writer)
        writeMeaning(to: &writer)
        writer.list("stages", story.stages) { Self.write($0, to: &$1) }
        writer.list("moments", story.moments) { Self.write($0, to: &$1) }
        writer.list("tracks", story.tracks) { Self.write($0, to: &$1) }
        writer.list("crossings", story.crossings) { crossing, writer in
            writer.put("at", crossing.at)
            writer.put("kind", crossing.kind.rawValue)
            writer.put("metric", crossing.metric)
            writer.put("weight", crossing.percent / 100)
        }
        writer.list("events", story.events) { write($0, to: &$1) }
        writer.put("eventsLeftOut", story.eventsLeftOut)
        writeErrors(to: &writer)
        writeLatency(to: &writer)
        writeQuality(to: &writer)
        writer.put("tornBytes", story.tornBytes)
        writer.put("journal", story.journalPath)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    private func writeRun(to writer: inout JSONLineWriter) {
        let header = story.header
        writer.put("version", header.version)
        writer.put("run", header.run)
        writer.put("purpose", header.purpose?.rawValue ?? "rollout")
        writer.put("namespace", header.spec.namespace)
        writer.put("name", header.spec.name)
        writer.put("place", header.place)
        writer.put("cluster", header.cluster)
        writer.put("stableVersion", header.stable.label)
        writer.put("canaryVersion", header.canary.label)
        writer.put("stableRevision", header.stableRevision)
        writer.put("canaryRevision", header.canaryRevision)
        writer.put("stableImage", header.images?.stable)
        writer.put("canaryImage", header.images?.canary)
        writer.key("plannedWeights")
        writer.doubles(header.spec.steps.map { $0 / 100 })
        writer.put("startedAt", Figures.moment(header.startedAt))
        writer.put("startedBy", header.by)
        writer.put("endedAt", Figures.moment(story.end))
        writer.put("seconds", story.seconds)
    }

    private func writeEnd(to writer: inout JSONLineWriter) {
        writer.optional("outcome", story.outcome) { (outcome: Outcome, writer: inout JSONLineWriter) in
            writer.put("word", outcome.word)
            writer.put("detail", outcome.qualifiedWord)
            writer.put("label", outcome.reason.label)
            writer.put("reason", outcome.text)
            writer.put("exitCode", Int(outcome.exitCode.code))
        }
        writer.put("interruption", story.interruption?.text)
        writer.optional("weights", story.weights) { weights, writer in
            writer.put("stable", weights.stable)
            writer.put("canary", weights.canary)
        }
        writer.put("highestWeight", story.highestPercent / 100)
        writer.put("windows", story.ledger.windows)
        writer.put("unusableWindows", story.ledger.unusableWindows)
        writer.put("stableRequests", story.ledger.stableRequests)
        writer.put("stableFailures", story.ledger.stableFailures)
        writer.put("canaryRequests", story.ledger.canaryRequests)
        writer.put("canaryFailures", story.ledger.canaryFailures)
        writer.optional("verdict", StoryWords(story).verdict) { Self.write($0, to: &$1) }
    }

    private func writeMeaning(to writer: inout JSONLineWriter) {
        writer.optional("harm", story.harm) { harm, writer in
            writer.put("requests", harm.requests)
            writer.put("failures", harm.failures)
            writer.put("extraFailures", harm.extraFailures)
            writer.put("extraFailuresBand", harm.extraFailuresBand)
            writer.optional("extraSlow", harm.extraSlow) { slow, writer in
                writer.put("edge", slow.edge / 1000)
                writer.put("extra", slow.extra)
                writer.put("evidence", slow.evidence)
            }
            writer.put("failuresPerHourAtFull", harm.failuresPerHourAtFull)
            writer.put("failuresPerHourBand", harm.failuresPerHourBand)
            writer.put("requestsPerSecond", harm.requestsPerSecond)
        }
        writer.object("budget") { writer in
            writer.put("falseRollback", story.budget.falseRollback)
            writer.put("falsePromotion", story.budget.falsePromotion)
            writer.put("mostHarm", story.budget.mostHarm)
            writer.put("harmThreshold", story.budget.harmThreshold)
        }
    }

    private func writeErrors(to writer: inout JSONLineWriter) {
        let errors = story.errors
        writer.object("errors") { writer in
            writer.put("stableRequests", errors.stableRequests)
            writer.put("canaryRequests", errors.canaryRequests)
            writer.list("codes", errors.codes) { row, writer in
                writer.put("name", row.name)
                writer.put("stable", row.stable)
                writer.put("canary", row.canary)
                writer.put("contribution", row.contribution)
            }
            writer.list("excluded", errors.excluded) { Self.write($0, to: &$1) }
            writer.list("unattributed", errors.unattributed) { Self.write($0, to: &$1) }
            writer.list("pods", errors.pods) { pod, writer in
                writer.put("name", pod.name)
                writer.put("side", pod.side.rawValue)
                writer.put("requests", pod.requests)
                writer.put("failures", pod.failures)
                writer.put("restarts", pod.restarts)
            }
            writer.put("podsLeftOut", errors.podsLeftOut)
        }
    }

    private func writeLatency(to writer: inout JSONLineWriter) {
        let latency = story.latency
        writer.object("latency") { writer in
            writer.key("bounds")
            writer.doubles(latency.bounds.map { $0 / 1000 })
            writer.key("stable")
            writer.doubles(latency.stable)
            writer.key("canary")
            writer.doubles(latency.canary)
            writer.list("shifts", latency.shifts) { shift, writer in
                func seconds(_ value: Double?) -> Double? { value.map { $0 / 1000 } }
                writer.put("quantile", shift.quantile)
                writer.put("stable", low: seconds(shift.stable.lower), high: seconds(shift.stable.upper))
                writer.put("canary", low: seconds(shift.canary.lower), high: seconds(shift.canary.upper))
                writer.put("difference", low: seconds(shift.lower), high: seconds(shift.upper))
            }
            writer.put("theta", latency.theta)
        }
    }

    private func writeQuality(to writer: inout JSONLineWriter) {
        let quality = story.quality
        writer.object("quality") { writer in
            writer.put("windows", quality.windows)
            writer.list("unusable", quality.unusable) { unusable, writer in
                writer.put("reason", unusable.reason)
                writer.put("windows", unusable.windows)
            }
            writer.list("faults", quality.faults) { fault, writer in
                writer.put("label", fault.label)
                writer.put("count", fault.count)
                writer.put("example", fault.example)
            }
            writer.put("stablePods", quality.stablePods)
            writer.put("canaryPods", quality.canaryPods)
            writer.put("restarts", quality.restarts)
            writer.put("gaps", quality.gaps)
            writer.put("longestGap", quality.longestGap)
            writer.put("historyWindows", quality.historyWindows)
            writer.put("historySeconds", quality.historySeconds)
            writer.put("split", quality.split)
            writer.put("observedShare", quality.observedShare)
            writer.list("callers", quality.callers) { Self.write($0, to: &$1) }
        }
    }

    private func write(_ event: StoryEvent, to writer: inout JSONLineWriter) {
        let milliseconds = Int64(min(max(event.at * 1000, -1e15), 1e15).rounded())
        writer.put("number", event.number)
        writer.put("at", event.at)
        writer.put("time", Figures.moment(story.header.startedAt.advanced(by: .milliseconds(milliseconds))))
        writer.put("lane", event.lane.rawValue)
        writer.put("tone", event.tone.rawValue)
        writer.put("title", event.title)
        writer.put("text", event.text)
        writer.put("actor", event.actor)
        writer.put("weight", event.percent.map { $0 / 100 })
    }
}
