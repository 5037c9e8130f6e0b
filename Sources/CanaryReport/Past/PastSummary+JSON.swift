import CanaryCore
import CanaryTelemetry

extension PastSummary {
    /// As one JSON object and a newline: `haldane.judgement/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.judgement/1")
        writer.key("run")
        writer.string(report.header.run)
        writer.key("canary")
        writer.string("\(report.header.spec.namespace)/\(report.header.spec.name)")
        writer.key("verdict")
        writer.string(report.outcome.word)
        writer.key("reason")
        writer.string(report.outcome.reason.text)
        writer.key("label")
        writer.string(report.outcome.reason.label)
        writer.key("next")
        writer.string(PastAdvice.next(report.outcome, account, words))
        writer.key("confounded")
        writer.bool(words.isConfounded)
        write(report.question, to: &writer)
        writer.key("sides")
        writer.beginObject()
        write("stable", words.stable, account.stable, to: &writer)
        write("canary", words.canary, account.canary, to: &writer)
        writer.endObject()
        writer.key("moments")
        writer.beginObject()
        write("canaryBegan", account.canaryBegan, to: &writer)
        write("canaryEnded", account.canaryEnded, to: &writer)
        write("degraded", account.degraded, to: &writer)
        write("proved", account.provedAtLargest, to: &writer)
        write("end", account.endedAt, to: &writer)
        writer.endObject()
        writer.key("missingRequests")
        if let missing = account.missingRequests { writer.integer(missing) } else { writer.null() }
        writer.key("steps")
        writer.beginArray()
        if !words.isConfounded { for step in account.steps { write(step, to: &writer) } }
        writer.endArray()
        writeWindows(to: &writer)
        writer.key("samples")
        writer.integer(report.samples)
        writer.key("views")
        if let views = report.views { views.write(into: &writer) } else { writer.null() }
        writer.key("notes")
        writer.strings(report.notes)
        writer.key("last")
        write(verdict: account.last?.verdict, to: &writer)
        writer.key("journal")
        writer.string(report.journalPath)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private func write(_ question: PastQuestion, to writer: inout JSONLineWriter) {
        switch question {
        case .sideBySide(let from, let to):
            write("from", from, to: &writer)
            write("to", to, to: &writer)
        case .beforeAfter(let before, let after, let span):
            write("before", before, to: &writer)
            write("after", after, to: &writer)
            writer.key("spanSeconds")
            writer.double(span.inSeconds)
        }
        writer.key("stepSeconds")
        writer.double(report.step.inSeconds)
    }

    private func write(_ key: StaticString, _ at: Timestamp?, to writer: inout JSONLineWriter) {
        writer.key(key)
        if let at { writer.string(Figures.moment(at)) } else { writer.null() }
    }

    private func write(_ key: StaticString, _ moment: PastAccount.Moment?, to writer: inout JSONLineWriter) {
        writer.key(key)
        guard let moment else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("at")
        writer.string(Figures.moment(moment.at))
        writer.key("window")
        writer.integer(moment.window)
        writer.key("secondsSinceFirstRequest")
        writer.double(moment.seconds)
        writer.key("percent")
        writer.double(moment.percent)
        writer.key("metric")
        if let metric = PastWords.leading(moment.verdict) { writer.string(metric.name) } else { writer.null() }
        writer.key("verdict")
        write(verdict: moment.verdict, to: &writer)
        writer.endObject()
    }

    /// In the words of the purpose: a confounded verdict proves nothing.
    private func write(verdict: Verdict?, to writer: inout JSONLineWriter) {
        VerdictJSON.write(verdict.map { words.reworded($0) }, to: &writer)
    }

    private func write(
        _ key: StaticString,
        _ name: String,
        _ side: PastAccount.Side,
        to writer: inout JSONLineWriter
    ) {
        writer.key(key)
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("requests")
        writer.integer(side.requests)
        writer.key("failures")
        writer.integer(side.failures)
        writer.endObject()
    }

    private func write(_ step: PastAccount.Step, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("percent")
        let steps = report.header.spec.steps
        if steps.indices.contains(step.step) { writer.double(steps[step.step]) } else { writer.null() }
        write("from", step.from, to: &writer)
        writer.key("seconds")
        writer.double(step.seconds)
        writer.key("share")
        writer.double(step.share)
        writer.key("stableRequests")
        writer.integer(step.stableRequests)
        writer.key("canaryRequests")
        writer.integer(step.canaryRequests)
        writer.key("canaryFailures")
        writer.integer(step.canaryFailures)
        writer.key("verdict")
        if let verdict = step.verdict { writer.string(verdict.rawValue) } else { writer.null() }
        writer.endObject()
    }

    private func writeWindows(to writer: inout JSONLineWriter) {
        writer.key("windows")
        writer.beginObject()
        writer.key("judged")
        writer.integer(account.windows)
        writer.key("compared")
        writer.integer(account.compared)
        writer.key("unusable")
        writer.integer(account.unusable)
        writer.key("mostFrequentFault")
        if let fault = account.mostFrequentFault { writer.string(fault.reason.text) } else { writer.null() }
        writer.key("withoutStable")
        writer.integer(account.alone)
        writer.key("history")
        writer.integer(account.historyUsable)
        writer.endObject()
    }
}
