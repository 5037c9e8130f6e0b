import CanaryCore
import CanaryTelemetry

extension AgentView {
    /// More canaries are left out and counted.
    private static let mostCanaries = 5000

    /// One JSON object and a newline: `haldane.agent/1`. Times are milliseconds since 1970; what is not known is null.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.text("schema", "haldane.agent/1")
        writer.text("identity", identity)
        writer.text("version", version)
        writer.time("startedAt", startedAt)
        writer.text("scope", scope)
        writer.key("isReady")
        writer.bool(unreadiness == nil)
        writer.text("unreadiness", unreadiness)
        writer.key("members")
        writer.strings(members.map(\.id))
        writer.key("notes")
        writer.strings(notes)
        writer.key("policies")
        writer.beginArray()
        for policy in policies {
            writer.beginObject()
            writer.text("scope", policy.scope.label)
            writer.text("freeze", policy.freeze)
            writer.text("brakes", policy.brakes)
            writer.text("window", policy.window)
            writer.number("maxConcurrent", policy.maxConcurrent)
            writer.endObject()
        }
        writer.endArray()
        writer.key("mirrors")
        writer.beginArray()
        for mirror in mirrors {
            writer.beginObject()
            writer.text("kind", mirror.kind)
            writer.key("namespaces")
            writer.strings(mirror.namespaces)
            writer.number("objects", mirror.objects)
            writer.time("confirmedAt", mirror.confirmedAt)
            writer.text("failure", mirror.failure)
            writer.endObject()
        }
        writer.endArray()
        writer.key("counts")
        writer.beginObject()
        writer.key("outcomes")
        writer.beginObject()
        for (outcome, count) in counts.words.sorted(by: { $0.key < $1.key }) {
            writer.key(text: outcome)
            writer.integer(count)
        }
        writer.endObject()
        writer.number("takeovers", counts.takeovers)
        writer.number("leasesLost", counts.leasesLost)
        writer.endObject()
        writer.number("orphans", orphans)
        writer.number("statusBacklog", statusBacklog)
        writer.key("canaries")
        writer.beginArray()
        for canary in canaries.prefix(Self.mostCanaries) { Self.write(canary, to: &writer) }
        writer.endArray()
        writer.number("more", max(canaries.count - Self.mostCanaries, 0))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ canary: Canary, to writer: inout JSONLineWriter) {
        let status = canary.status
        writer.beginObject()
        writer.text("namespace", canary.key.namespace)
        writer.text("name", canary.key.name)
        writer.text("owner", canary.owner)
        writer.text("phase", status.phase.rawValue)
        writer.text("message", status.message)
        for (name, side) in [("stable" as StaticString, status.stable), ("canary", status.canary)] {
            writer.key(name)
            guard let side else {
                writer.null()
                continue
            }
            writer.beginObject()
            writer.text("name", side.name)
            writer.text("revision", side.revision)
            writer.text("image", side.image)
            writer.number("weight", side.weight)
            writer.number("ready", side.ready)
            writer.number("pods", side.pods)
            writer.endObject()
        }
        writer.text("run", status.run?.id)
        writer.text("holder", status.run?.holder)
        writer.number("step", status.step?.number)
        writer.number("steps", status.step?.of)
        writer.text("gate", status.gate?.text)
        writer.key("lastRun")
        if let last = status.lastRun {
            writer.beginObject()
            writer.text("run", last.id)
            writer.text("outcome", last.outcome)
            writer.text("reason", last.reason)
            writer.time("finishedAt", last.finishedAt)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.endObject()
    }
}

extension JSONLineWriter {
    fileprivate mutating func text(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    fileprivate mutating func number(_ name: StaticString, _ value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    fileprivate mutating func time(_ name: StaticString, _ value: Timestamp?) {
        number(name, value.map { Int(clamping: $0.milliseconds) })
    }
}

extension AgentView.Counts {
    /// By the outcome's word; a promotion that Git does not agree with yet is one of its own.
    fileprivate var words: [String: Int] {
        outcomes.reduce(into: [:]) { words, entry in
            let isUnsettled = entry.key.outcome == "promoted" && entry.key.detail != nil
            words[isUnsettled ? "promoted(unsettled)" : entry.key.outcome, default: 0] += entry.value
        }
    }
}
