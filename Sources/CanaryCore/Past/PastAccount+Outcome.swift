extension PastAccount {
    /// What the judgement comes to.
    ///
    /// Degraded if the evidence of harm crossed its threshold at any time. Healthy if every metric was proved at the largest step
    /// that was reached, and nothing was held against the canary in the end. Unknown if less than half of the time could be
    /// used, or one of the versions had no traffic. Else undecided.
    package func outcome(_ words: PastWords) -> Outcome {
        if let degraded { return .judged(.degraded, harm(degraded, words)) }
        if let reason = incomparable(words) { return .judged(.unknown, reason) }
        guard let last else {
            return .judged(
                .unknown,
                Reason("telemetry", "\(words.canary) was never compared with \(words.stable)\(words.caveat)")
            )
        }
        if PastWords.isDoubt(last.verdict) { return .judged(.undecided, doubt(last, words)) }
        if let provedAtLargest { return .judged(.healthy, safety(provedAtLargest, words)) }
        return .judged(.undecided, open(last, words))
    }

    /// Canary requests that were probably still missing at the end, if that is why nothing was decided.
    package var missingRequests: Int? {
        degraded == nil && provedAtLargest == nil ? last?.verdict.missingRequests : nil
    }

    private func harm(_ moment: Moment, _ words: PastWords) -> Reason {
        let verdict = moment.verdict
        let since = words.isConfounded ? "after the comparison began" : "after its first request"
        let when = "window \(Phrase.count(moment.window)), \(Phrase.duration(moment.seconds)) \(since)"
        guard !words.isConfounded else {
            return Reason(verdict.reason.label, "\(words.canary) \(words.sentence(verdict)); \(when)")
        }
        let how = verdict.reason.label == "absolute" ? "beyond the absolute bar" : "worse than tolerated, proved"
        return Reason(
            verdict.reason.label,
            "\(words.canary) was \(how), in \(when) at \(Phrase.percent(moment.percent / 100)) of the requests: \(verdict.reason.text)"
        )
    }

    private func safety(_ moment: Moment, _ words: PastWords) -> Reason {
        let finding = moment.verdict.findings.first.map { words.comparison($0) } ?? "no metric"
        guard !words.isConfounded else {
            return Reason(
                "looks-no-worse",
                "\(words.canary) looks no worse than before the deploy on every metric: \(finding)\(words.caveat)"
            )
        }
        return Reason(
            "proved",
            "\(words.canary) was not worse than the margin on every metric, proved \(Phrase.duration(moment.seconds)) after its "
                + "first request at \(Phrase.percent(moment.percent / 100)) of the requests: \(finding)"
        )
    }

    private func doubt(_ moment: Moment, _ words: PastWords) -> Reason {
        let text =
            words.isConfounded
            ? "\(words.canary) \(words.sentence(moment.verdict))"
            : "the time ended with \(words.canary) under suspicion: \(words.sentence(moment.verdict))"
        return Reason(moment.verdict.reason.label, text)
    }

    private func open(_ moment: Moment, _ words: PastWords) -> Reason {
        let why =
            moment.verdict.kind == .healthy
            ? "proved only at a smaller share of the requests than the largest one" : words.sentence(moment.verdict)
        var text =
            words.isConfounded
            ? "\(words.canary) \(words.sentence(moment.verdict))"
            : "neither that it is worse nor that it is not is proved: \(why)"
        if let missingRequests { text += "; about \(Phrase.count(missingRequests)) more canary requests were needed" }
        return Reason(moment.verdict.kind == .healthy ? "not-enough-requests" : moment.verdict.reason.label, text)
    }

    /// Why nothing can be said, if so.
    private func incomparable(_ words: PastWords) -> Reason? {
        let span = Phrase.duration(endedAt.since(startedAt).inSeconds)
        guard windows > 0 else {
            return Reason("no-windows", "the telemetry holds no window of the time\(words.caveat)")
        }
        if let fault = mostFrequentFault, isMostlyUnusable {
            return Reason(
                fault.reason.label,
                "\(Phrase.count(unusable)) of \(Phrase.count(windows)) windows could not be used, \(Phrase.count(fault.windows)) of them "
                    + "because \(fault.reason.text)\(words.caveat)"
            )
        }
        if canary.requests == 0 {
            return Reason("no-canary", "\(words.canary) got no request in the \(span)\(words.caveat)")
        }
        if stable.requests == 0 {
            let what = words.isConfounded ? "" : ": it had all of the traffic, and that is not a comparison"
            return Reason(
                "no-stable",
                "\(words.stable) got no request beside \(words.canary)\(what)\(words.caveat)"
            )
        }
        return nil
    }

    /// Whether less than half of the time that matters could be used.
    private var isMostlyUnusable: Bool {
        if canary.requests == 0, alone == 0 { return usable * 2 < windows }
        return comparable > 0 ? compared * 2 < comparable : false
    }
}
