package import CanaryCore
import CanaryTelemetry

/// Why a judgement of the past came to what it did, in sentences with the numbers.
///
/// Where two times are compared, every sentence about the comparison says that it is confounded by time, and none says that
/// something is proved.
package struct PastExplanation: Sendable {
    package var header: RunHeader
    package var ledger: RunLedger
    package var account: PastAccount
    package var outcome: Outcome?

    package init(header: RunHeader, ledger: RunLedger, account: PastAccount, outcome: Outcome?) {
        self.header = header
        self.ledger = ledger
        self.account = account
        self.outcome = outcome
    }

    private var words: PastWords { PastWords(header) }

    /// The sentences, one a paragraph.
    package var sentences: [String] {
        var sentences = [opening] + ledger.notices.map { said("\($0.reason.text).") }
        sentences.append(history)
        if !words.isConfounded { sentences += account.steps.map(step) }
        if let moment = account.degraded ?? account.last {
            sentences += moment.verdict.findings.compactMap { finding($0, moment.verdict) }
            sentences.append(evidence(moment))
        } else {
            sentences.append("\(words.canary) was never compared with \(words.stable)\(words.caveat).")
        }
        sentences.append(ending)
        sentences += (account.last?.verdict.notes ?? []).map { said("Note: \($0).") }
        return sentences.map(TextCells.harmless)
    }

    /// As text, wrapped, with a final newline.
    package func text(style: Style, width: Int = 100) -> String {
        var head = "judgement \(header.run) of \(header.spec.namespace)/\(header.spec.name)\(words.caveat)"
        if let outcome {
            let word = words.isConfounded ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
            let signed = "\(style.symbol(OutcomeWords.sign(outcome))) \(word)"
            head = "\(style.paint(signed, OutcomeWords.tone(outcome))): \(head)"
        } else {
            head = "\(style.paint("\(style.symbol(.open)) unfinished", .warning)): \(head)"
        }
        let body = sentences.flatMap { TextCells.wrapped($0, to: max(width - 2, 40)).map { "  " + $0 } }
        return ([TextCells.harmless(head)] + body).joined(separator: "\n") + "\n"
    }

    /// As one JSON object and a newline: `haldane.explain/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.explain/1")
        writer.key("run")
        writer.string(header.run)
        writer.key("purpose")
        writer.string(words.purpose.rawValue)
        writer.key("outcome")
        if let outcome { writer.string(outcome.qualifiedWord) } else { writer.null() }
        writer.key("reason")
        if let outcome { writer.string(outcome.reason.text) } else { writer.null() }
        writer.key("sentences")
        writer.strings(sentences)
        writer.key("verdict")
        VerdictJSON.write((account.degraded ?? account.last).map { words.reworded($0.verdict) }, to: &writer)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    /// A sentence from elsewhere, with what it lacks.
    private func said(_ sentence: String) -> String {
        guard words.isConfounded, !sentence.contains("confounded by time") else { return sentence }
        return "\(sentence.dropLast())\(words.caveat)."
    }

    private var opening: String {
        let (from, to) = (Figures.moment(account.startedAt), Figures.moment(account.endedAt))
        guard words.isConfounded else {
            return
                "The past was judged from \(from) to \(to): \(words.canary) was compared with \(words.stable) at \(header.place), "
                + "in \(Figures.plural(account.windows, "window"))\(unusable)."
        }
        return
            "The time from \(from) on, before a deploy, was compared with the time up to \(to), after it, window by window: "
            + "\(words.canary) with \(words.stable) at \(header.place), in \(Figures.plural(account.windows, "window"))\(unusable)"
            + "\(words.caveat)."
    }

    private var unusable: String {
        guard let fault = account.mostFrequentFault else { return "" }
        return "; \(Phrase.count(account.unusable)) of them could not be used, most often because \(fault.reason.text)"
    }

    private var history: String {
        let requests = account.stableBefore.requests
        let before = requests > 0 ? ", and served \(Phrase.count(requests)) requests of the judged time alone" : ""
        return
            "\(words.stable) was known from \(Figures.plural(account.historyUsable, "window")) of history\(before)\(words.caveat)."
    }

    private func step(_ step: PastAccount.Step) -> String {
        let verdict = step.verdict.map { "; last verdict \($0.rawValue)" } ?? ""
        return "From \(Figures.moment(step.from)) on, for \(Phrase.duration(step.seconds)), \(words.canary) got "
            + "\(Phrase.percent(step.share)) of the requests, judged as a step of \(PastSummary.weight(step.step, header.spec)): "
            + "\(Phrase.count(step.canaryRequests)) requests, \(Phrase.count(step.canaryFailures)) of them failed\(verdict)."
    }

    func finding(_ finding: Finding, _ verdict: Verdict) -> String? {
        if let custom = finding.customWords { return "\(custom)\(words.caveat)." }
        let net = finding.logE - finding.penalty
        guard finding.edge == nil || finding.safety != nil || net > 1 else { return nil }
        var text = words.comparison(finding).capitalizedFirst
        if let range = finding.difference95 {
            text += "; 95 %: \(Phrase.points(range.low)) to \(Phrase.points(range.high))"
        }
        if net >= verdict.harmThreshold, verdict.harmThreshold > 0 {
            let what =
                words.isConfounded
                ? "that it looks worse has evidence of" : "that it is worse than tolerated has evidence of"
            text += "; \(what) \(Figures.odds(net))"
        } else if let safety = finding.safety {
            if safety.isLatched {
                text +=
                    words.isConfounded
                    ? "; it looks no worse than before" : "; that it is not worse than the budget is proved"
            } else {
                text +=
                    "; evidence that it is not worse is at \(Figures.odds(safety.logN)) of \(Figures.odds(verdict.safetyThreshold))"
            }
        }
        if finding.penalty > 0.05 {
            text += "; \(Phrase.decimal(finding.penalty)) nats were deducted for bursts of single pods"
        }
        return text + words.caveat + "."
    }

    private func evidence(_ moment: PastAccount.Moment) -> String {
        let verdict = moment.verdict
        let when =
            account.degraded == nil
            ? "in the end" : "at \(Figures.moment(moment.at)), in window \(Phrase.count(moment.window)),"
        var text =
            "Over all metrics the evidence that \(words.canary) is worse than tolerated was \(when) \(Figures.odds(verdict.logD)); "
            + "\(Figures.odds(verdict.harmThreshold)) are needed"
        if words.isConfounded {
            text =
                "Over all metrics the evidence that \(words.canary) looks worse was \(when) \(Figures.odds(verdict.logD)), and "
                + "\(Figures.odds(verdict.harmThreshold)) are needed\(words.caveat)"
        } else {
            text +=
                ", so that an equal release is called degraded in at most \(Phrase.percent(header.spec.guards.falseRollback)) of the "
                + "judgements, however long the time is"
        }
        if verdict.reason.label == "absolute" {
            text = "The absolute guard fired; it stands outside of that promise. " + text
        }
        return text + "."
    }

    private var ending: String {
        guard let outcome else { return "The judgement was interrupted: judge again\(words.caveat)." }
        let next = PastAdvice.next(outcome, account, words)
        let word = words.isConfounded ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
        return "Verdict: \(word): \(outcome.reason.text). Next: \(next)."
    }
}

extension String {
    /// With its first letter as at the beginning of a sentence.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
