import CanaryCore
import CanaryStatistics
import CanaryTelemetry

extension JSONReport {
    static func write(_ caller: CallerCount, to writer: inout JSONLineWriter) {
        writer.put("name", caller.name)
        writer.put("count", caller.count)
    }

    static func write(_ stage: StoryStage, to writer: inout JSONLineWriter) {
        writer.put("phase", stage.phase.rawValue)
        writer.put("step", stage.step)
        writer.put("weight", stage.percent / 100)
        writer.put("from", stage.from)
        writer.put("seconds", stage.seconds)
        writer.object("stable") { write(stage.stable, to: &$0) }
        writer.object("canary") { write(stage.canary, to: &$0) }
        writer.optional("verdict", stage.comparison ?? stage.verdict) { write($0, to: &$1) }
    }

    static func write(_ moment: StoryMoment, to writer: inout JSONLineWriter) {
        writer.put("from", moment.from)
        writer.put("at", moment.at)
        writer.put("seconds", moment.seconds)
        writer.put("windows", moment.windows)
        writer.put("unusable", moment.unusable)
        writer.put("phase", moment.phase.rawValue)
        writer.put("weight", moment.intendedPercent / 100)
        writer.object("stable") { write(moment.stable, to: &$0) }
        writer.object("canary") { write(moment.canary, to: &$0) }
        writer.optional("stableShare", moment.stableShare) { write($0, to: &$1) }
        writer.optional("canaryShare", moment.canaryShare) { write($0, to: &$1) }
        writer.optional("difference", moment.difference) { band, writer in
            writer.put("low", band.lower)
            writer.put("high", band.upper)
        }
        writer.put("verdict", moment.verdict?.rawValue)
        writer.put("harm", moment.harm)
        writer.put("harmThreshold", moment.harmThreshold)
        writer.put("safetyThreshold", moment.safetyThreshold)
        writer.optional("stableLatency", moment.stableLatency) { write($0, to: &$1) }
        writer.optional("canaryLatency", moment.canaryLatency) { write($0, to: &$1) }
    }

    static func write(_ track: EvidenceTrack, to writer: inout JSONLineWriter) {
        writer.put("name", track.name)
        writer.put("label", track.label)
        writer.put("edge", edge(track.edge, isCustom: track.isCustom))
        writer.put("custom", track.isCustom)
        writer.key("values")
        writer.beginArray()
        for value in track.values {
            guard let value else {
                writer.null()
                continue
            }
            writer.beginObject()
            writer.put("harm", value.harm)
            writer.put("safety", value.safety)
            writer.put("proved", value.isProved)
            writer.endObject()
        }
        writer.endArray()
    }

    static func write(_ verdict: Verdict, to writer: inout JSONLineWriter) {
        writer.put("kind", verdict.kind.rawValue)
        writer.put("decision", verdict.decision.rawValue)
        writer.put("label", verdict.reason.label)
        writer.put("reason", verdict.reason.text)
        writer.put("window", verdict.window)
        writer.put("harm", verdict.logD.isFinite ? verdict.logD : nil)
        writer.put("harmThreshold", verdict.harmThreshold)
        writer.put("safetyThreshold", verdict.safetyThreshold)
        writer.put("missingRequests", verdict.missingRequests)
        writer.list("findings", verdict.findings) { write($0, to: &$1) }
        writer.key("notes")
        writer.strings(verdict.notes)
    }

    private static func write(_ finding: Finding, to writer: inout JSONLineWriter) {
        writer.put("name", finding.name)
        writer.put("label", EvidenceBook.label(finding))
        writer.put("edge", edge(finding.edge, isCustom: finding.custom != nil))
        writer.put("harm", EvidenceBook.finite(finding.logE - finding.penalty))
        writer.put("deducted", finding.penalty)
        writer.put("safety", finding.safety.map { EvidenceBook.finite($0.logN) })
        writer.put("proved", finding.safety?.isLatched ?? false)
        writer.object("stable") { write(finding.stable, to: &$0) }
        writer.object("canary") { write(finding.canary, to: &$0) }
        writer.optional("difference", finding.difference95) { range, writer in
            writer.put("low", range.low)
            writer.put("high", range.high)
        }
        writer.optional("custom", finding.custom) { custom, writer in
            writer.put("kind", custom.kind?.rawValue)
            writer.put("direction", custom.direction.rawValue)
            writer.put("tolerance", custom.tolerance)
            writer.put("stableMean", custom.level?.stable)
            writer.put("canaryMean", custom.level?.canary)
            writer.put("comparisons", custom.level?.comparisons)
            writer.put("worse", custom.level?.losses)
            writer.put("absent", custom.absence)
        }
    }

    private static func write(_ tally: Finding.Tally, to writer: inout JSONLineWriter) {
        writer.put("events", tally.events)
        writer.put("requests", tally.requests)
        writer.put("share", tally.share)
    }

    private static func write(_ counts: StoryMoment.Counts, to writer: inout JSONLineWriter) {
        writer.put("requests", counts.requests)
        writer.put("failures", counts.failures)
        writer.put("aborts", counts.aborts)
        writer.put("pods", counts.pods)
    }

    private static func write(_ rate: StoryMoment.RateBand, to writer: inout JSONLineWriter) {
        writer.put("share", rate.share)
        writer.put("low", rate.band.lower)
        writer.put("high", rate.band.upper)
    }

    private static func write(_ bands: StoryMoment.QuantileBands, to writer: inout JSONLineWriter) {
        for (name, bucket) in [("p50", bands.p50), ("p90", bands.p90), ("p99", bands.p99)] {
            writer.key(text: name)
            writer.beginObject()
            writer.put("low", bucket.low / 1000)
            writer.put("high", bucket.high.map { $0 / 1000 })
            writer.endObject()
        }
    }

    /// In seconds, or in the unit of the user's own histogram.
    private static func edge(_ edge: Double?, isCustom: Bool) -> Double? {
        edge.map { isCustom ? $0 : $0 / 1000 }
    }
}

extension JSONLineWriter {
    mutating func put(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func put(_ name: StaticString, _ value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    mutating func put(_ name: StaticString, _ value: Double?) {
        key(name)
        double(value)
    }

    mutating func put(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func put(_ name: StaticString, _ band: ConfidenceInterval) {
        put(name, low: band.lower, high: band.upper)
    }

    mutating func put(_ name: StaticString, low: Double?, high: Double?) {
        object(name) { writer in
            writer.put("low", low)
            writer.put("high", high)
        }
    }

    mutating func object(_ name: StaticString, _ body: (inout JSONLineWriter) -> Void) {
        key(name)
        beginObject()
        body(&self)
        endObject()
    }

    /// An object, or `null`.
    mutating func optional<Value>(
        _ name: StaticString,
        _ value: Value?,
        _ body: (Value, inout JSONLineWriter) -> Void
    ) {
        key(name)
        guard let value else {
            null()
            return
        }
        beginObject()
        body(value, &self)
        endObject()
    }

    /// An array of objects.
    mutating func list<Value>(
        _ name: StaticString,
        _ values: [Value],
        _ body: (Value, inout JSONLineWriter) -> Void
    ) {
        key(name)
        beginArray()
        for value in values {
            beginObject()
            body(value, &self)
            endObject()
        }
        endArray()
    }
}
