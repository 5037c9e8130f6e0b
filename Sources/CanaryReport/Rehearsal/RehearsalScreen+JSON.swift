import CanaryCore
import CanaryStatistics
import CanaryTelemetry

extension RehearsalScreen {
    /// As one JSON object and a newline: `haldane.rehearsal/1`. Shares are 0...1, weights percent, times of day ISO 8601 or, for a
    /// recording, seconds from its start.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.rehearsal/1")
        writer.key("name")
        writer.string(report.spec.name)
        writer.key("namespace")
        writer.string(report.spec.namespace)
        writer.key("stable")
        writer.string(report.spec.route.stable.label)
        writer.key("seed")
        writer.string("\(report.seed)")
        writer.key("mode")
        writer.string(report.mode.word)
        writer.key("pods")
        if case .pods(let pods) = report.mode { writer.integer(pods) } else { writer.null() }
        writer.key("interrupted")
        if let interruption = report.interruption { writer.string(interruption) } else { writer.null() }
        writeHistory(&writer)
        writer.key("asked")
        writer.integer(report.asked)
        writer.key("placebo")
        write(report.placebo, &writer)
        writeFalseRollbacks(&writer)
        writer.key("regressions")
        writer.beginArray()
        for row in report.regressions {
            writer.beginObject()
            writer.key("kind")
            writer.string(row.regression.kind)
            writer.key("size")
            writer.double(row.regression.size)
            writer.key("seen")
            writer.double(row.seen)
            writer.key("rollouts")
            write(row.tally, &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("smallestSeen")
        writer.beginObject()
        writer.key("errors")
        writer.double(report.smallestSeen(kind: "errors")?.size)
        writer.key("latency")
        writer.double(report.smallestSeen(kind: "latency")?.size)
        writer.endObject()
        writer.key("notes")
        writer.strings(notes)
        writer.key("next")
        writer.strings(RehearsalAdvice(report: report).sentences)
        writer.key("exitCode")
        writer.integer(Int(report.exitCode.code))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private func writeHistory(_ writer: inout JSONLineWriter) {
        let facts = report.facts
        writer.key("history")
        writer.beginObject()
        writer.key("origin")
        writer.string(report.origin)
        writer.key("from")
        write(facts.from, &writer)
        writer.key("to")
        write(facts.to, &writer)
        writer.key("seconds")
        writer.double(facts.seconds)
        writer.key("windowSeconds")
        writer.double(report.spec.pace.interval.inSeconds)
        writer.key("windows")
        writer.integer(facts.windows)
        writer.key("unusableWindows")
        writer.integer(facts.unusableWindows)
        writer.key("stretches")
        writer.integer(facts.segments)
        writer.key("requests")
        writer.double(facts.requests)
        writer.key("failures")
        writer.double(facts.failures)
        writer.key("pods")
        writer.integers([facts.pods.fewest, facts.pods.usual, facts.pods.most])
        writer.key("distinctRollouts")
        writer.integer(report.distinct)
        writer.endObject()
    }

    private func writeFalseRollbacks(_ writer: inout JSONLineWriter) {
        writer.key("falseRollbacks")
        writer.beginObject()
        writer.key("promised")
        writer.double(report.promised)
        writer.key("share")
        writer.double(report.falseRollbacks.share)
        writer.key("interval95")
        writer.doubles([report.falseRollbacks.lower, report.falseRollbacks.upper])
        writer.key("inBake")
        writer.integer(report.bakeRollbacks)
        writer.key("moments")
        writer.beginArray()
        for moment in report.moments.prefix(100) {
            writer.beginObject()
            writer.key("from")
            write(moment.from, &writer)
            writer.key("to")
            write(moment.to, &writer)
            writer.key("rollouts")
            writer.integer(moment.rollouts)
            writer.key("cause")
            writer.string(moment.label)
            writer.key("example")
            writer.string(moment.example)
            writer.key("weight")
            writer.double(moment.percent)
            writer.key("pods")
            writer.strings(moment.pods)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ tally: RehearsalTally, _ writer: inout JSONLineWriter) {
        func spread(_ spread: RehearsalTally.Spread?) {
            guard let spread else { return writer.null() }
            writer.doubles([spread.median, spread.ninetieth])
        }
        writer.beginObject()
        writer.key("played")
        writer.integer(tally.played)
        writer.key("finished")
        writer.integer(tally.finished)
        writer.key("promoted")
        writer.integer(tally.promoted)
        writer.key("rolledBack")
        writer.integer(tally.rolledBack)
        writer.key("undecided")
        writer.integer(tally.undecided)
        writer.key("historyEnded")
        writer.integer(tally.historyEnded)
        writer.key("promotionSeconds")
        spread(tally.promotionSeconds)
        writer.key("rollbackSeconds")
        spread(tally.rollbackSeconds)
        writer.key("rollbackRequests")
        spread(tally.rollbackRequests)
        writer.key("open")
        writer.beginArray()
        for open in tally.open {
            writer.beginObject()
            writer.key("ending")
            writer.string(open.ending)
            writer.key("cause")
            writer.string(open.label)
            writer.key("example")
            writer.string(open.example)
            writer.key("rollouts")
            writer.integer(open.count)
            writer.key("weight")
            writer.double(open.percent)
            writer.key("missingRequests")
            writer.double(open.missingRequests)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func write(_ at: Timestamp?, _ writer: inout JSONLineWriter) {
        guard let at else { return writer.null() }
        guard report.hasClock else { return writer.double(Double(at.milliseconds) / 1000) }
        writer.string(Figures.moment(at))
    }
}
