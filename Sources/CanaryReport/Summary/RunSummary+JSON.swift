import CanaryCore
import CanaryTelemetry

extension RunSummary {
    /// The summary as one JSON object and a newline: `haldane.run/1`, or `haldane.demo/1` with the truth.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        let ledger = report.ledger
        writer.beginObject()
        writer.key("schema")
        writer.string(demo == nil ? "haldane.run/1" : "haldane.demo/1")
        if let demo {
            writer.key("scenario")
            writer.string(demo.scenario)
            writer.key("seed")
            writer.unsigned(demo.seed)
        }
        writer.key("run")
        writer.string(report.header.run)
        writer.key("outcome")
        writer.string(report.outcome?.word ?? "interrupted")
        writer.key("detail")
        writer.string(report.outcome?.qualifiedWord ?? "interrupted")
        writer.key("reason")
        writer.string(reason)
        writer.key("label")
        writer.string(report.outcome?.reason.label ?? report.interruption?.label ?? "interrupted")
        writer.key("weights")
        if let weights = report.weights {
            writer.beginObject()
            writer.key("stable")
            writer.integer(weights.stable)
            writer.key("canary")
            writer.integer(weights.canary)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("route")
        writer.string(report.route)
        writer.key("journal")
        writer.string(report.journalPath)
        writer.key("seconds")
        writer.double(ledger.seconds)
        writer.key("steps")
        writer.beginArray()
        for step in ledger.steps { Self.write(step, to: &writer) }
        writer.endArray()
        Self.write("requests", ledger.stableRequests, ledger.canaryRequests, to: &writer)
        Self.write("failures", ledger.stableFailures, ledger.canaryFailures, to: &writer)
        writer.key("windows")
        writer.integer(ledger.windows)
        writer.key("unusableWindows")
        writer.integer(ledger.unusableWindows)
        writer.key("verdict")
        VerdictJSON.write(ledger.lastComparison ?? ledger.lastVerdict, to: &writer)
        if let demo { Self.write(demo, to: &writer) }
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private var reason: String {
        guard let outcome = report.outcome else { return report.interruption?.text ?? "interrupted" }
        guard case .rolledBack(let reason, .incomplete(let who)) = outcome else { return outcome.text }
        return "\(reason.text); incomplete: \(who)"
    }

    private static func write(_ key: StaticString, _ stable: Int, _ canary: Int, to writer: inout JSONLineWriter) {
        writer.key(key)
        writer.beginObject()
        writer.key("stable")
        writer.integer(stable)
        writer.key("canary")
        writer.integer(canary)
        writer.endObject()
    }

    private static func write(_ step: RunLedger.Step, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("weight")
        writer.double(step.percent)
        writer.key("from")
        writer.double(step.fromSeconds)
        writer.key("seconds")
        writer.double(step.seconds)
        write("requests", step.stableRequests, step.canaryRequests, to: &writer)
        writer.key("canaryFailures")
        writer.integer(step.canaryFailures)
        writer.key("verdict")
        if let verdict = step.verdict { writer.string(verdict.rawValue) } else { writer.null() }
        writer.endObject()
    }

    private static func write(_ demo: DemoFacts, to writer: inout JSONLineWriter) {
        writer.key("asExpected")
        writer.bool(demo.isAsExpected)
        writer.key("expected")
        writer.string(demo.expectation)
        writer.key("truth")
        writer.beginObject()
        writer.key("nature")
        writer.string(demo.nature)
        writer.key("seconds")
        writer.double(demo.seconds)
        writer.key("stable")
        write(demo.stable, to: &writer)
        writer.key("stableBesideCanary")
        write(demo.stableBesideCanary, to: &writer)
        writer.key("canary")
        write(demo.canary, to: &writer)
        writer.key("bypassed")
        writer.beginObject()
        for (caller, count) in demo.bypassed.sorted(by: { $0.key < $1.key }) {
            writer.key(text: caller)
            writer.integer(count)
        }
        writer.endObject()
        writer.key("restarts")
        writer.integer(demo.restarts)
        writer.endObject()
    }

    private static func write(_ version: DemoFacts.Version, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("requests")
        writer.integer(version.requests)
        writer.key("failed")
        writer.integer(version.failed)
        writer.key("failedShare")
        writer.double(version.failedShare)
        writer.key("medianMilliseconds")
        writer.double(version.medianMilliseconds)
        writer.key("p99Milliseconds")
        writer.double(version.p99Milliseconds)
        writer.endObject()
    }
}

extension JSONLineWriter {
    /// A number that may be above `Int.max`; as a string where JSON readers would lose digits.
    mutating func unsigned(_ value: UInt64) {
        if let small = Int(exactly: value), small < 1 << 53 { integer(small) } else { string(String(value)) }
    }
}
