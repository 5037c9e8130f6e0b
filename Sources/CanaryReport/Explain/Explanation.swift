package import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// Why a run ended as it did, in sentences with the numbers.
package struct Explanation: Sendable {
    package var header: RunHeader
    package var ledger: RunLedger
    package var outcome: Outcome?

    package init(header: RunHeader, ledger: RunLedger, outcome: Outcome?) {
        self.header = header
        self.ledger = ledger
        self.outcome = outcome
    }

    /// The sentences, one a paragraph.
    package var sentences: [String] {
        var sentences = [opening]
        if let untold = ledger.untold { sentences.append("But \(untold.words(header.canary.label)).") }
        sentences += steps
        if let verdict = ledger.lastComparison {
            sentences += verdict.findings.compactMap { finding($0, verdict) }
            sentences.append(evidence(verdict))
        } else {
            sentences.append(
                "The two versions were never compared\(ledger.lastVerdict.map { ": \($0.reason.text)" } ?? "")."
            )
        }
        sentences.append(ending)
        sentences += (ledger.lastVerdict?.notes ?? []).map { "Note: \($0)." }
        sentences += ledger.telling(beside: outcome).map { "\($0.urgency.rawValue): \($0.reason.text)." }
        return sentences.map(TextCells.harmless)
    }

    /// As text, wrapped, with a final newline.
    package func text(style: Style, width: Int = 100) -> String {
        var head = "run \(header.run) of \(header.spec.namespace)/\(header.spec.name)"
        if let outcome {
            let words = "\(style.symbol(OutcomeWords.sign(outcome))) \(OutcomeWords.short(outcome))"
            head = "\(style.paint(words, OutcomeWords.tone(outcome))): \(head)"
        } else {
            head = "\(style.paint("\(style.symbol(.open)) unfinished", .warning)): \(head)"
        }
        let body = sentences.flatMap { TextCells.wrapped($0, to: max(width - 2, 40)).map { "  " + $0 } }
        return ([head] + body).joined(separator: "\n") + "\n"
    }

    /// As one JSON object and a newline: `haldane.explain/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.explain/1")
        writer.key("run")
        writer.string(header.run)
        writer.key("outcome")
        if let outcome { writer.string(outcome.qualifiedWord) } else { writer.null() }
        writer.key("reason")
        if let outcome { writer.string(outcome.text) } else { writer.null() }
        writer.key("sentences")
        writer.strings(sentences)
        writer.key("verdict")
        VerdictJSON.write(ledger.lastComparison ?? ledger.lastVerdict, to: &writer)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private var opening: String {
        let steps = header.spec.steps.map { Phrase.weight($0) }.joined(separator: ", ")
        let unusable =
            ledger.unusableWindows > 0 ? "; \(Phrase.count(ledger.unusableWindows)) of them could not be used" : ""
        return
            "From \(Figures.moment(header.startedAt)) on, \(header.canaryVersion) was compared with \(header.stableVersion) at \(header.place), "
            + "planned steps \(steps). The run took \(Phrase.duration(ledger.seconds)) and \(Figures.plural(ledger.windows, "round"))\(unusable)."
    }

    private var steps: [String] {
        ledger.steps.enumerated().map { index, step in
            if index == 0, step.percent == 0, step.canaryRequests == 0 {
                return
                    "Stable was watched for \(Phrase.duration(step.seconds)) and \(Phrase.count(step.stableRequests)) requests before the first step."
            }
            let failed = step.canaryRequests > 0 ? ", \(Phrase.count(step.canaryFailures)) of them failed" : ""
            let verdict = step.verdict.map { "; last verdict \($0.rawValue)" } ?? ""
            return "At \(Phrase.weight(step.percent)) for \(Phrase.duration(step.seconds)) the canary got "
                + "\(Phrase.count(step.canaryRequests)) requests\(failed)\(verdict)."
        }
    }

    func finding(_ finding: Finding, _ verdict: Verdict) -> String? {
        if let words = finding.customWords { return "\(words)." }
        guard let canary = finding.canary.share, let stable = finding.stable.share else {
            return finding.safety == nil ? nil : "\(finding.name): not enough requests to compare."
        }
        let net = finding.logE - finding.penalty
        guard finding.edge == nil || finding.safety != nil || net > 1 else { return nil }
        let what = finding.edge.map { "answered slower than \(Phrase.decimal($0)) ms" } ?? "failed"
        var words =
            "The canary \(what) in \(Phrase.percent(canary)) of \(Phrase.count(finding.canary.requests)) requests, stable in "
            + "\(Phrase.percent(stable)) of \(Phrase.count(finding.stable.requests)) (\(difference(finding, canary - stable)))"
        if net >= verdict.harmThreshold, verdict.harmThreshold > 0 {
            words += "; that it is worse than tolerated has evidence of \(Figures.odds(net))"
        } else if let safety = finding.safety {
            words +=
                safety.isLatched
                ? "; that it is not worse than the budget is proved"
                : "; that it is not worse is not proved yet: \(Figures.progress(safety.logN, of: verdict.safetyThreshold))"
        }
        if finding.penalty > 0.05 {
            words += "; \(Phrase.decimal(finding.penalty)) nats were deducted for bursts of single pods"
        }
        return words + "."
    }

    /// The difference of the shares; where it misleads, with the one that does not.
    private func difference(_ finding: Finding, _ whole: Double) -> String {
        let requests = finding.canary.requests
        guard finding.name == "errors",
            let confounding = Confounding(finding, extraFailures: ledger.extraFailures, requests: requests)
        else { return "\(Phrase.points(whole))\(range(finding))" }
        return
            "\(Phrase.points(whole)) over the whole time, which misleads, \(Confounding.cause("the canary")); "
            + "window by window \(Phrase.points(confounding.fair))\(range(finding))"
    }

    private func range(_ finding: Finding) -> String {
        finding.difference95.map { "; 95 %: \(Phrase.points($0.low)) to \(Phrase.points($0.high))" } ?? ""
    }

    private func evidence(_ verdict: Verdict) -> String {
        let alpha = Phrase.percent(header.spec.guards.falseRollback)
        var words =
            "Over all metrics the evidence that the canary is worse than tolerated is \(Figures.odds(verdict.logD)); "
            + "a rollback needs \(Figures.odds(verdict.harmThreshold)), so that an equal release is rolled back in at most \(alpha) of the rollouts, "
            + "however often one looks"
        if isBake(verdict) {
            words =
                "At the last weight the comparison was before/after, confounded by time: the evidence that the canary is worse is "
                + "\(Figures.odds(verdict.logD)); a rollback needed \(Figures.odds(verdict.harmThreshold))"
        }
        if verdict.reason.label == "absolute" {
            words = "The absolute guard fired; it stands outside of that promise. " + words
        }
        return words + "."
    }

    /// The bake has a threshold of its own.
    private func isBake(_ verdict: Verdict) -> Bool {
        (verdict.harmThreshold + Elementary.log(JudgeRules(header.spec).configuration.falseRollback)).magnitude > 1e-6
    }

    private var ending: String {
        guard let outcome else {
            let next =
                header.cluster == nil
                ? "the next `haldane run`" : "an agent, `haldane sweep` or the next `haldane run`"
            return "The run has no outcome yet; if no process is at it, \(next) takes it up."
        }
        let why = outcome.reason.text
        let next = OutcomeWords.next(outcome, header, ledger)
        return "It ended \(OutcomeWords.short(outcome)): \(why). Next: \(next)."
    }
}
