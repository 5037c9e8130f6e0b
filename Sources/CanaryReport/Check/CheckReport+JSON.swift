package import CanaryCore
import CanaryStatistics
import CanaryTelemetry

extension CheckReport {
    /// One JSON object and a newline: `haldane.check/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.check/1")
        writer.key("at")
        writer.string(Figures.moment(at))
        writer.key("verdict")
        writer.string(kind.rawValue)
        writer.key("exitCode")
        writer.integer(Int(exitCode.code))
        writer.key("line")
        writer.string(PluginOutput(report: self).firstLine)
        writer.key("fault")
        writer.reason(fault)
        writer.key("restarted")
        writer.reason(restarted)
        writer.key("isNews")
        writer.bool(isNews)
        writer.key("falseAlarmsPerYear")
        writer.double(rules.falseAlarmsPerYear)
        writer.key("falseDiscovery")
        writer.double(rules.falseDiscovery)
        writer.key("samples")
        writer.integer(samples)
        writer.key("judged")
        writer.integer(judged)
        for (name, kind) in [
            ("healthy", Verdict.Kind.healthy), ("undecided", .undecided), ("degraded", .degraded),
            ("unknown", .unknown),
        ] {
            writer.key(text: name)
            writer.integer(count(kind))
        }
        writer.key("notes")
        writer.strings(notes)
        writer.key("services")
        writer.beginArray()
        for verdict in verdicts { writer.verdict(verdict) }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}

extension JSONLineWriter {
    fileprivate mutating func reason(_ reason: Reason?) {
        guard let reason else {
            null()
            return
        }
        beginObject()
        key("label")
        string(reason.label)
        key("text")
        string(reason.text)
        endObject()
    }

    fileprivate mutating func verdict(_ verdict: CheckVerdict) {
        beginObject()
        key("service")
        string(verdict.subject.key)
        key("verdict")
        string(verdict.kind.rawValue)
        key("reason")
        reason(verdict.reason)
        key("since")
        string(Figures.moment(verdict.since))
        key("comparison")
        string(verdict.subject.comparison.rawValue)
        key("isConfounded")
        bool(verdict.isConfounded)
        key("readUntil")
        if let until = verdict.readUntil { string(Figures.moment(until)) } else { null() }
        key("windows")
        integer(verdict.windows)
        key("unusable")
        integer(verdict.unusable)
        key("evidence")
        evidence(verdict.evidence)
        key("countedSeconds")
        double(verdict.countedSeconds)
        key("stable")
        side(verdict.subject.stable, verdict.stable)
        key("canary")
        side(verdict.subject.canary, verdict.canary)
        key("metrics")
        beginArray()
        for (index, metric) in verdict.metrics.enumerated() {
            beginObject()
            key("name")
            string(metric.name)
            key("edgeMilliseconds")
            double(metric.edge)
            key("isLeading")
            bool(index == verdict.leading)
            key("stable")
            tally(metric.stable)
            key("canary")
            tally(metric.canary)
            endObject()
        }
        endArray()
        key("burnRate")
        burn(verdict.burn)
        key("notes")
        strings(verdict.notes)
        endObject()
    }

    /// Odds are M : 1; the threshold is what they have to reach.
    private mutating func evidence(_ evidence: CheckVerdict.Evidence?) {
        guard let evidence else {
            null()
            return
        }
        beginObject()
        key("odds")
        double(Elementary.exp(evidence.logM))
        key("threshold")
        double(Elementary.exp(evidence.logThreshold))
        key("isAlarm")
        bool(evidence.isAlarm)
        key("dayLogE")
        double(evidence.logE)
        key("isDiscovered")
        if let isDiscovered = evidence.isDiscovered { bool(isDiscovered) } else { null() }
        endObject()
    }

    private mutating func side(_ name: String, _ side: CheckVerdict.Side) {
        beginObject()
        key("name")
        string(name)
        for (name, bucket) in [("p50Milliseconds", side.p50), ("p99Milliseconds", side.p99)] {
            key(text: name)
            guard let bucket else {
                null()
                continue
            }
            beginArray()
            double(bucket.low)
            double(bucket.high)
            endArray()
        }
        endObject()
    }

    private mutating func tally(_ tally: Finding.Tally) {
        beginObject()
        key("x")
        double(tally.events)
        key("n")
        double(tally.requests)
        endObject()
    }

    private mutating func burn(_ burn: BurnRate?) {
        guard let burn else {
            null()
            return
        }
        beginObject()
        key("alert")
        if let alert = burn.alert { string(alert.rawValue) } else { null() }
        key("success")
        double(burn.objective.success)
        key("hourRate")
        double(burn.rate(over: burn.hour))
        key("fiveMinutesRate")
        double(burn.rate(over: burn.fiveMinutes))
        key("sixHoursRate")
        double(burn.rate(over: burn.sixHours))
        key("halfHourRate")
        double(burn.rate(over: burn.halfHour))
        key("text")
        string(burn.sentence)
        endObject()
    }
}
