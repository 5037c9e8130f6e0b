import CanaryCore
import CanaryTelemetry

extension RunStatus {
    /// As one JSON object and a newline. Times are milliseconds since 1970; what is not known is null.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.text("schema", schema)
        writer.text("state", state.rawValue)
        writer.text("name", name)
        writer.text("namespace", namespace)
        writer.text("run", run)
        writer.text("place", place)
        writer.text("phase", phase)
        writer.key("step")
        Self.write(step, to: &writer)
        writer.key("stable")
        Self.write(stable, to: &writer)
        writer.key("canary")
        Self.write(canary, to: &writer)
        writer.key("verdict")
        Self.write(verdict, to: &writer)
        writer.key("paused")
        if let paused {
            writer.beginObject()
            writer.text("by", paused.by)
            writer.text("reason", paused.reason)
            writer.number("since", Int(clamping: paused.since.milliseconds))
            writer.endObject()
        } else {
            writer.null()
        }
        writer.text("next", next)
        writer.text("outcome", outcome)
        writer.text("detail", detail)
        writer.text("reason", reason)
        writer.key("notices")
        writer.beginArray()
        for notice in notices {
            writer.beginObject()
            writer.text("urgency", notice.urgency)
            writer.text("label", notice.label)
            writer.text("message", notice.message)
            writer.endObject()
        }
        writer.endArray()
        writer.number("startedAt", Int(clamping: startedAt.milliseconds))
        writer.number("at", Int(clamping: at.milliseconds))
        writer.key("seconds")
        writer.double(seconds)
        writer.text("journal", journal)
        writer.number("process", process.map { Int($0) })
        writer.number("exitCode", Int(exitCode))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ step: Step?, to writer: inout JSONLineWriter) {
        guard let step else { return writer.null() }
        writer.beginObject()
        writer.number("number", step.number)
        writer.number("of", step.of)
        writer.key("percent")
        writer.double(step.percent)
        writer.key("observedPercent")
        writer.double(step.observedPercent)
        writer.text("split", step.split)
        writer.endObject()
    }

    private static func write(_ side: Side, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.text("label", side.label)
        writer.text("revision", side.revision)
        writer.text("image", side.image)
        writer.number("weight", side.weight)
        writer.number("requests", side.requests)
        writer.number("failed", side.failed)
        writer.number("readyPods", side.readyPods)
        writer.number("pods", side.pods)
        writer.endObject()
    }

    private static func write(_ verdict: Judged?, to writer: inout JSONLineWriter) {
        guard let verdict else { return writer.null() }
        writer.beginObject()
        writer.text("kind", verdict.kind)
        writer.text("decision", verdict.decision)
        writer.text("label", verdict.label)
        writer.text("reason", verdict.reason)
        writer.number("missingRequests", verdict.missingRequests)
        writer.key("harm")
        writer.double(verdict.harm)
        writer.key("safe")
        writer.double(verdict.safe)
        writer.key("metrics")
        writer.beginArray()
        for metric in verdict.metrics {
            writer.beginObject()
            writer.text("name", metric.name)
            writer.key("stable")
            writer.double(metric.stable)
            writer.key("canary")
            writer.double(metric.canary)
            writer.key("differenceLow")
            writer.double(metric.differenceLow)
            writer.key("differenceHigh")
            writer.double(metric.differenceHigh)
            writer.key("isProvedSafe")
            if let isProved = metric.isProvedSafe { writer.bool(isProved) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.key("notes")
        writer.strings(verdict.notes)
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
}
