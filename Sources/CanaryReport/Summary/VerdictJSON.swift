package import CanaryCore
package import CanaryTelemetry

/// A verdict as a JSON value.
package enum VerdictJSON {
    /// Writes the verdict, or `null`.
    package static func write(_ verdict: Verdict?, to writer: inout JSONLineWriter) {
        guard let verdict else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("verdict")
        writer.string(verdict.kind.rawValue)
        writer.key("decision")
        writer.string(verdict.decision.rawValue)
        writer.key("reason")
        writer.string(verdict.reason.text)
        writer.key("label")
        writer.string(verdict.reason.label)
        writer.key("window")
        writer.integer(verdict.window)
        writer.key("logE")
        writer.double(verdict.logE)
        writer.key("logD")
        writer.double(verdict.logD)
        writer.key("rollbackThreshold")
        writer.double(verdict.harmThreshold)
        writer.key("promotionThreshold")
        writer.double(verdict.safetyThreshold)
        writer.key("missingRequests")
        if let missing = verdict.missingRequests { writer.integer(missing) } else { writer.null() }
        writer.key("metrics")
        writer.beginArray()
        for finding in verdict.findings { write(finding, to: &writer) }
        writer.endArray()
        writer.key("notes")
        writer.strings(verdict.notes)
        writer.endObject()
    }

    /// Writes one finding; what is particular to a metric of the user's own comes last.
    static func write(_ finding: Finding, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(finding.name)
        writer.key("edge")
        writer.double(finding.edge)
        writer.key("logE")
        writer.double(finding.logE)
        writer.key("penalty")
        writer.double(finding.penalty)
        writer.key("logN")
        writer.double(finding.safety?.logN)
        writer.key("latched")
        if let safety = finding.safety { writer.bool(safety.isLatched) } else { writer.null() }
        writer.key("stable")
        write(finding.stable, to: &writer)
        writer.key("canary")
        write(finding.canary, to: &writer)
        if let difference = finding.difference95 {
            writer.key("difference95")
            writer.doubles([difference.low, difference.high])
        }
        if let custom = finding.custom { write(custom, to: &writer) }
        writer.endObject()
    }

    private static func write(_ custom: Finding.Custom, to writer: inout JSONLineWriter) {
        writer.key("kind")
        if let kind = custom.kind { writer.string(kind.rawValue) } else { writer.null() }
        writer.key("direction")
        writer.string(custom.direction.rawValue)
        writer.key("tolerance")
        writer.double(custom.tolerance)
        if let level = custom.level {
            writer.key("stableMean")
            writer.double(level.stable)
            writer.key("canaryMean")
            writer.double(level.canary)
            writer.key("comparisons")
            writer.integer(level.comparisons)
            writer.key("worse")
            writer.integer(level.losses)
        }
        if let absence = custom.absence {
            writer.key("absent")
            writer.string(absence)
        }
    }

    private static func write(_ tally: Finding.Tally, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("x")
        writer.double(tally.events)
        writer.key("n")
        writer.double(tally.requests)
        writer.endObject()
    }
}
