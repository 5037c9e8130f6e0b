import CanaryCore
import CanaryTelemetry

extension HistoryList {
    /// One JSON object and a newline: `haldane.history/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.history/1")
        writer.key("journals")
        writer.string(home)
        writer.key("more")
        writer.integer(more)
        writer.key("faults")
        writer.strings(faults)
        writer.key("runs")
        writer.beginArray()
        for item in items { Self.write(item, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ item: HistoryItem, to writer: inout JSONLineWriter) {
        let row = item.row
        writer.beginObject()
        writer.key("run")
        writer.string(item.run)
        writer.key("kind")
        text(row.map { $0.purpose?.rawValue ?? "rollout" }, to: &writer)
        writer.key("namespace")
        text(row?.namespace, to: &writer)
        writer.key("name")
        text(row?.name, to: &writer)
        writer.key("state")
        writer.string(item.state.word)
        writer.key("process")
        if case .running(let process?) = item.state { writer.integer(Int(process)) } else { writer.null() }
        writer.key("fault")
        if case .unreadable(let why) = item.state { writer.string(why) } else { writer.null() }
        writer.key("outcome")
        text(row?.outcome?.word, to: &writer)
        writer.key("detail")
        text(row?.outcome?.qualifiedWord, to: &writer)
        writer.key("label")
        text(row?.outcome?.reason.label ?? row?.interruption?.label, to: &writer)
        writer.key("reason")
        text(row?.outcome?.reason.text ?? row?.interruption?.text, to: &writer)
        writer.key("at")
        writer.string(Figures.moment(item.at))
        writer.key("startedAt")
        text(row.map { Figures.moment($0.startedAt) }, to: &writer)
        writer.key("seconds")
        writer.double(row?.seconds)
        writer.key("by")
        text(row?.decidedBy, to: &writer)
        writer.key("startedBy")
        text(row?.startedBy, to: &writer)
        writer.key("commands")
        writer.beginArray()
        for command in row?.commands ?? [] { write(command, to: &writer) }
        writer.endArray()
        for (key, side) in [("stable", row?.stable), ("canary", row?.canary)] {
            writer.key(text: key)
            write(side, to: &writer)
        }
        writer.key("reachedPercent")
        writer.double(row.flatMap { $0.purpose == nil ? $0.reachedPercent : nil })
        counts("requests", row.map { ($0.stableRequests, $0.canaryRequests) }, to: &writer)
        counts("failures", row.map { ($0.stableFailures, $0.canaryFailures) }, to: &writer)
        for (key, value) in [("version", row?.version), ("route", row?.place), ("cluster", row?.cluster)] {
            writer.key(text: key)
            text(value, to: &writer)
        }
        writer.key("journal")
        writer.string(item.path)
        writer.key("bytes")
        writer.integer(item.bytes)
        writer.key("tornBytes")
        writer.integer(item.tornBytes)
        writer.endObject()
    }

    private static func write(_ side: HistoryRow.Side?, to writer: inout JSONLineWriter) {
        guard let side else { return writer.null() }
        writer.beginObject()
        writer.key("label")
        writer.string(side.label)
        writer.key("subset")
        text(side.subset, to: &writer)
        writer.key("workload")
        text(side.workload, to: &writer)
        writer.key("hashes")
        writer.strings(side.hashes)
        writer.endObject()
    }

    private static func write(_ command: HistoryRow.Command, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("at")
        writer.string(Figures.moment(command.at))
        writer.key("verb")
        writer.string(command.verb)
        writer.key("by")
        text(command.by, to: &writer)
        writer.key("reason")
        writer.string(command.reason)
        writer.endObject()
    }

    private static func counts(_ key: StaticString, _ counts: (Int, Int)?, to writer: inout JSONLineWriter) {
        writer.key(key)
        guard let counts else { return writer.null() }
        writer.beginObject()
        writer.key("stable")
        writer.integer(counts.0)
        writer.key("canary")
        writer.integer(counts.1)
        writer.endObject()
    }

    private static func text(_ text: String?, to writer: inout JSONLineWriter) {
        if let text { writer.string(text) } else { writer.null() }
    }
}
