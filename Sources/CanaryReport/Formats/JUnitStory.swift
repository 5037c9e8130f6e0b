import CanaryCore

/// A run as continuous integration reads it: one suite, and a case for each weight and objective, the outcome last.
///
/// Worse than tolerated is a failure, telemetry that cannot be judged an error; what is undecided, was not asked or was not
/// reached is skipped.
package struct JUnitStory: Sendable {
    private let story: RunStory
    private let words: StoryWords

    package init(_ story: RunStory) {
        self.story = story
        words = StoryWords(story)
    }

    /// The XML document.
    package var text: String {
        let cases = cases
        let spec = story.header.spec
        let name = "haldane \(spec.namespace)/\(spec.name)"
        func count(_ result: (Case.Result) -> Bool) -> String { "\(cases.count { result($0.result) })" }
        let counts: [(String, String)] = [
            ("tests", "\(cases.count)"),
            ("failures", count { if case .failure = $0 { true } else { false } }),
            ("errors", count { if case .error = $0 { true } else { false } }),
            ("skipped", count { if case .skipped = $0 { true } else { false } }),
            ("time", Self.seconds(story.seconds)),
        ]
        let started = String(Figures.moment(story.header.startedAt).prefix(19))
        let suite = [("name", name), ("hostname", "localhost"), ("timestamp", started)] + counts
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites \(XMLText.attributes([("name", name)] + counts))>
              <testsuite \(XMLText.attributes(suite))>
            \(cases.map { $0.xml(in: "\(spec.namespace)/\(spec.name)") }.joined())    <system-out>\(XMLText.escaped(numbers))</system-out>
                <system-err>\(XMLText.escaped((words.notes + words.quality).joined(separator: "\n")))</system-err>
              </testsuite>
            </testsuites>

            """
    }

    // MARK: Cases

    private struct Case {
        enum Result {
            case passed
            /// Passed, with something that is still to be done.
            case noted(String)
            case failure(message: String, type: String, text: String)
            case error(message: String, type: String)
            case skipped(String)
        }

        var name: String
        var seconds: Double
        var result: Result

        func xml(in space: String) -> String {
            let inner =
                switch result {
                case .passed: ""
                case .noted(let message): "      <system-out>\(XMLText.escaped(message))</system-out>\n"
                case .skipped(let message): "      <skipped \(XMLText.attributes([("message", message)]))/>\n"
                case .failure(let message, let type, let text):
                    "      <failure \(XMLText.attributes([("message", message), ("type", type)]))>\(XMLText.escaped(text))</failure>\n"
                case .error(let message, let type):
                    "      <error \(XMLText.attributes([("message", message), ("type", type)]))/>\n"
                }
            let attributes = XMLText.attributes([
                ("classname", space), ("name", name), ("time", JUnitStory.seconds(seconds)),
            ])
            return "    <testcase \(attributes)>\n\(inner)    </testcase>\n"
        }
    }

    private struct Objective: Hashable {
        var name: String
        var edge: Double?
        var label: String

        init(_ finding: Finding) {
            name = finding.name
            edge = finding.edge
            label = EvidenceBook.label(finding)
        }

        func finding(_ verdict: Verdict) -> Finding? {
            verdict.findings.first { $0.name == name && $0.edge == edge }
        }
    }

    /// What was judged at any weight, in the order of the verdicts.
    private var objectives: [Objective] {
        var found: [Objective] = []
        for verdict in story.stages.compactMap(\.comparison) {
            for objective in words.shown(verdict).map(Objective.init) where !found.contains(objective) {
                found.append(objective)
            }
        }
        return found
    }

    private var cases: [Case] {
        let objectives = objectives
        var cases = story.stages.enumerated().flatMap { number, stage in
            objectives.map { objective in
                Case(
                    name: "\(name(stage)): \(objective.label)",
                    seconds: stage.seconds,
                    result: result(objective, stage, isLast: number == story.stages.count - 1)
                )
            }
        }
        if story.header.purpose == nil {
            for percent in story.header.spec.steps where !story.stages.contains(where: { isAt(percent, $0) }) {
                let names = objectives.isEmpty ? ["all objectives"] : objectives.map(\.label)
                cases += names.map {
                    Case(
                        name: "\(Phrase.weight(percent)): \($0)",
                        seconds: 0,
                        result: .skipped("this weight was not reached")
                    )
                }
            }
        }
        return cases + [Case(name: "outcome", seconds: story.seconds, result: outcome)]
    }

    private func isAt(_ percent: Double, _ stage: StoryStage) -> Bool { (stage.percent - percent).magnitude < 1e-6 }

    private func name(_ stage: StoryStage) -> String {
        guard story.header.purpose == nil else {
            return "as at \(PastSummary.weight(stage.step, story.header.spec)), seen \(Phrase.weight(stage.percent))"
        }
        return Phrase.weight(stage.percent) + (stage.phase == .baking ? ", before/after" : "")
    }

    private func result(_ objective: Objective, _ stage: StoryStage, isLast: Bool) -> Case.Result {
        guard let verdict = stage.comparison, let finding = objective.finding(verdict) else {
            if let last = stage.verdict, last.kind == .unknown {
                return .error(message: last.reason.text, type: last.reason.label)
            }
            return .skipped(stage.phase == .baking ? "not judged before/after" : "nothing was compared at this weight")
        }
        if isWorse(finding, verdict) {
            return .failure(message: verdict.reason.text, type: verdict.reason.label, text: explained(finding, verdict))
        }
        if finding.safety?.isLatched == true { return .passed }
        if isLast, let last = stage.verdict, last.kind == .unknown {
            return .error(message: last.reason.text, type: last.reason.label)
        }
        if let absence = finding.custom?.absence { return .skipped("no data: \(absence)") }
        // Nothing is proved of these: they pass where nothing speaks against them and the weight was passed.
        if finding.safety == nil, verdict.kind == .healthy { return .passed }
        guard let safety = finding.safety else { return .skipped("promotion does not ask for it") }
        let (seen, needed) = (Figures.odds(safety.logN), Figures.odds(verdict.safetyThreshold))
        return .skipped("undecided: that it is not worse is not proved yet: evidence \(seen), \(needed) is needed")
    }

    private func isWorse(_ finding: Finding, _ verdict: Verdict) -> Bool {
        if verdict.harmThreshold > 0, finding.logE - finding.penalty >= verdict.harmThreshold { return true }
        guard verdict.decision == .rollback, let leading = PastWords.leading(verdict) else { return false }
        return leading.name == finding.name && leading.edge == finding.edge
    }

    private var outcome: Case.Result {
        guard let outcome = story.outcome else { return .skipped(words.sentence) }
        switch outcome.exitCode {
        case .healthy: return outcome.unsettled.map { .noted("\(words.word): \($0.text)") } ?? .passed
        case .degraded:
            let text = explanation.joined(separator: "\n")
            return .failure(message: words.sentence, type: outcome.reason.label, text: text)
        case .undecided: return .skipped(words.sentence)
        default: return .error(message: words.sentence, type: outcome.reason.label)
        }
    }

    // MARK: Words

    private func explained(_ finding: Finding, _ verdict: Verdict) -> String {
        let words: String?
        if let account = story.past {
            words = PastExplanation(
                header: story.header,
                ledger: story.ledger,
                account: account,
                outcome: story.outcome
            )
            .finding(finding, verdict)
        } else {
            words = Explanation(header: story.header, ledger: story.ledger, outcome: story.outcome)
                .finding(finding, verdict)
        }
        return words ?? verdict.reason.text
    }

    /// The sentences of `haldane explain`.
    private var explanation: [String] {
        if let account = story.past {
            return PastExplanation(header: story.header, ledger: story.ledger, account: account, outcome: story.outcome)
                .sentences
        }
        return Explanation(header: story.header, ledger: story.ledger, outcome: story.outcome).sentences
    }

    /// The numbers of the last comparison, and what it meant.
    private var numbers: String {
        var lines = ["\(words.word): \(words.title)"] + words.meaning
        if let verdict = words.verdict {
            lines += words.shown(verdict).map { finding in
                let cells = StepSummary.row(finding, verdict, isConfounded: words.isConfounded)
                return "\(cells[0]): \(words.stable) \(cells[1]), \(words.canary) \(cells[2]), \(cells[3]), \(cells[4])"
            }
            lines.append(
                "evidence of harm \(Figures.odds(verdict.logD)), needed \(Figures.odds(verdict.harmThreshold))"
            )
        }
        return (lines + words.commands).joined(separator: "\n")
    }

    /// Seconds as XML's decimals have them: without an exponent.
    static func seconds(_ value: Double) -> String {
        guard value.isFinite, value > 0, value < 1e12 else { return "0" }
        let milliseconds = Int((value * 1000).rounded())
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
