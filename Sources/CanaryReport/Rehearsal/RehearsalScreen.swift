package import CanaryCore
import CanaryStatistics

/// What a rehearsal showed, for people.
package struct RehearsalScreen: Sendable {
    package let report: RehearsalReport

    package init(_ report: RehearsalReport) {
        self.report = report
    }

    /// As text, with a final newline.
    package func text(style: Style) -> String {
        var lines = [headline(style)]
        var rows: [(String, String)] = [("history", history), ("placebo", placebo), ("promoted", promoted)]
        rows += undecided + moments
        add(rows, to: &lines)
        if !report.regressions.isEmpty {
            lines += ["", "  had v2 been worse (\(Figures.plural(rolloutsEach, "rollout")) each)"] + table + [""]
            add([("seen", seen)], to: &lines)
        }
        var rest = notes.map { ("note", $0) }
        for (index, sentence) in RehearsalAdvice(report: report).sentences.enumerated() {
            rest.append((index == 0 ? "next" : "", sentence))
        }
        add(rest, to: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a reader must know before believing it.
    var notes: [String] {
        var notes: [String] = []
        if report.placebo.finished > 0 {
            notes.append(
                "the rollouts share one history and are not independent: it holds about \(Phrase.count(max(report.distinct, 1))) of them "
                    + "one after another, and the interval counts all as independent"
            )
        }
        notes.append("a rollout counts as rolled back at the decision; times are from the first change of weight")
        switch report.mode {
        case .totals(let why):
            notes.append(
                "requests were divided at random, because \(why): a single pod's trouble falls on both sides alike, so nothing is said of it"
            )
        case .pods(let pods):
            if let note = trafficNote(pods) { notes.append(note) }
        }
        if report.facts.seconds < Self.littleHistory {
            notes.append(
                "\(Phrase.duration(report.facts.seconds)) is little history: rare trouble may not be in it (a day or more is better)"
            )
        }
        return notes + report.notes
    }

    private func add(_ rows: [(String, String)], to lines: inout [String]) {
        for (name, value) in rows {
            for (index, line) in TextCells.wrapped(TextCells.harmless(value), to: 100).enumerated() {
                lines.append("  " + TextCells.padded(index == 0 ? name : "", to: 11) + line)
            }
        }
    }

    private func headline(_ style: Style) -> String {
        let name = TextCells.harmless("\(report.spec.name) \(report.spec.route.stable.label)")
        let tally = report.placebo
        let count = "\(Phrase.count(tally.rolledBack)) of \(Figures.plural(tally.finished, "placebo rollout"))"
        let interval =
            "95 % interval \(Phrase.percent(report.falseRollbacks.lower)) to \(Phrase.percent(report.falseRollbacks.upper)); "
            + "the spec allows \(Phrase.percent(report.promised))"
        let words: String
        switch report.exitCode {
        case .healthy:
            let sign = "\(style.symbol(.done)) \(tally.rolledBack == 0 ? "no false rollback" : "within the promise")"
            words = "\(style.paint(sign, .good)): \(name), \(count) rolled back (\(interval))"
        case .degraded:
            let sign = "\(style.symbol(.failed)) too many false rollbacks"
            words = "\(style.paint(sign, .bad)): \(name), \(count) rolled back (\(interval))"
        case .undecided:
            let sign = "\(style.symbol(.open)) too short"
            words =
                "\(style.paint(sign, .warning)): \(name), none of \(Figures.plural(tally.played, "placebo rollout")) came to its end"
        default:
            let sign = "\(style.symbol(.unknown)) could not tell"
            words =
                "\(style.paint(sign, .warning)): \(name), none of \(Figures.plural(tally.finished, "placebo rollout")) could compare anything"
        }
        guard let interruption = report.interruption else { return words }
        return words + "\n  \(style.paint("\(interruption)", .warning)): "
            + "\(Phrase.count(tally.played)) of \(Phrase.count(report.asked)) placebo rollouts were played; this is what they show"
    }

    private var history: String {
        let facts = report.facts
        var text = "\(Phrase.duration(facts.seconds)) from \(report.origin)"
        if report.hasClock, let from = facts.from, let to = facts.to { text += ", \(moment(from)) to \(moment(to))" }
        if facts.segments > 1 { text += ", in \(facts.segments) stretches" }
        text += "; \(Phrase.count(facts.windows)) windows of \(Phrase.duration(report.spec.pace.interval.inSeconds))"
        if facts.unusableWindows > 0 { text += ", \(Phrase.count(facts.unusableWindows)) of them unusable" }
        text +=
            "; \(Phrase.decimal(facts.requestsPerSecond)) requests a second, \(Phrase.percent(facts.failedShare)) failed; "
        text += Figures.plural(facts.pods.usual, "pod")
        if facts.pods.fewest < facts.pods.most { text += " (\(facts.pods.fewest) to \(facts.pods.most))" }
        return text
    }

    private var placebo: String {
        let steps = report.spec.steps.map { Phrase.weight($0) }.joined(separator: ", ")
        let how =
            switch report.mode {
            case .pods(let pods):
                "\(pods) of v1's pods play the canary, others each time, thinned to the weight of each step (\(steps))"
            case .totals:
                "a share of all requests plays the canary, drawn at the weight of each step (\(steps))"
            }
        return "\(how); seed \(report.seed)"
    }

    private var promoted: String {
        let tally = report.placebo
        var text = counted(tally.promoted)
        if let seconds = tally.promotionSeconds {
            text +=
                ", in the middle after \(Phrase.duration(seconds.median)), nine of ten within \(Phrase.duration(seconds.ninetieth)) "
            text += "(\(Phrase.duration(report.spec.pace.bake.inSeconds)) of bake in it)"
        }
        return text
    }

    private var undecided: [(String, String)] {
        let tally = report.placebo
        var rows = [("undecided", counted(tally.undecided))]
        for open in tally.open.prefix(4) {
            let missing = open.missingRequests.map { "; about \(Phrase.count($0)) canary requests missing" } ?? ""
            rows.append(
                (
                    "",
                    "\(Phrase.count(open.count)) \(open.ending), mostly at \(Phrase.weight(open.percent)): \(open.example)\(missing)"
                )
            )
        }
        if tally.historyEnded > 0 {
            rows.append(
                (
                    "cut off",
                    "\(Phrase.count(tally.historyEnded)) reached the end of the history first, and are not counted"
                )
            )
        }
        return rows
    }

    private var moments: [(String, String)] {
        guard !report.moments.isEmpty else { return [] }
        let count = report.moments.count
        var rows = [
            ("false", "\(counted(report.placebo.rolledBack)), from \(Figures.plural(count, "moment")) of the history:")
        ]
        for found in report.moments.prefix(5) {
            let pods = found.pods.isEmpty ? "" : "; canary pods \(found.pods.prefix(5).joined(separator: ", "))"
            rows.append(
                (
                    "",
                    "\(place(found)): \(Figures.plural(found.rollouts, "rollout")), e.g. at \(Phrase.weight(found.percent)) \(found.example)\(pods)"
                )
            )
        }
        if count > 5 { rows.append(("", "and \(count - 5) more")) }
        if report.bakeRollbacks > 0 {
            rows.append(
                (
                    "",
                    "\(Phrase.count(report.bakeRollbacks)) of the \(Phrase.count(report.placebo.rolledBack)) in the bake at 100 %, which compares "
                        + "before and after and is outside of the spec's promise; only the placebo's pods are judged there, of a real v2 all"
                )
            )
        }
        return rows
    }

    private var rolloutsEach: Int { report.regressions.map(\.tally.played).max() ?? 0 }

    private var table: [String] {
        let heads = [
            "regression", "rolled back", "undecided", "promoted", "time: middle, 90 %", "canary requests: middle, 90 %",
        ]
        let rows = report.regressions.map { row in
            let tally = row.tally
            let time = tally.rollbackSeconds.map { "\(Phrase.duration($0.median)), \(Phrase.duration($0.ninetieth))" }
            let requests = tally.rollbackRequests.map { "\(Phrase.count($0.median)), \(Phrase.count($0.ninetieth))" }
            return [
                row.regression.words, share(tally, tally.rolledBack), share(tally, tally.undecided),
                share(tally, tally.promoted), time ?? "-", requests ?? "-",
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { TextCells.width($0[column]) }.max() ?? 0 }
        return ([heads] + rows).map { cells in
            "    " + zip(cells, widths).map { TextCells.padded($0, to: $1 + 3) }.joined().trimmedEnd
        }
    }

    private var seen: String {
        let found = ["errors", "latency"].compactMap { report.smallestSeen(kind: $0)?.words }
        guard !found.isEmpty else {
            return "none of the errors and latencies above was rolled back by four of five rollouts"
        }
        return
            "\(found.joined(separator: " and ")): the smallest of those above that at least four of five rollouts rolled back"
    }

    private func counted(_ count: Int) -> String {
        guard let share = report.placebo.share(count) else { return Phrase.count(count) }
        return "\(Phrase.count(count)) of \(Phrase.count(report.placebo.finished)) (\(Phrase.percent(share)))"
    }

    private func share(_ tally: RehearsalTally, _ count: Int) -> String {
        tally.share(count).map { Phrase.percent($0) } ?? "-"
    }

    private func place(_ found: FalseRollback) -> String {
        guard found.from < found.to else { return moment(found.from) }
        return "\(moment(found.from)) to \(moment(found.to))"
    }

    /// To the second; a time without a clock counts from the start of the recording.
    private func moment(_ at: Timestamp) -> String {
        guard report.hasClock else { return "\(Figures.clock(Double(at.milliseconds) / 1000)) into the recording" }
        return "\(Figures.moment(at).prefix(19))Z"
    }

    private func trafficNote(_ pods: Int) -> String? {
        let share = Double(pods) / Double(max(report.facts.pods.usual, 1))
        guard let weight = report.spec.steps.last(where: { $0 < 100 }), share < 1, weight / 100 > share else {
            return nil
        }
        return
            "at \(Phrase.weight(weight)) the placebo's \(Figures.plural(pods, "pod")) carry too little: both sides together have about "
            + "\(Phrase.percent(share / (weight / 100))) of the real traffic there, so that step takes longer than it would"
    }

    private static let littleHistory = 6.0 * 3600
}
