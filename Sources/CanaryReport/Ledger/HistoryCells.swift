import CanaryCore

/// The texts of one run in a list; names from journals are made harmless.
struct HistoryCells {
    let when: String
    let took: String
    let service: String
    let versions: String
    let versionsWithHashes: String
    let weight: String
    /// Requests of both versions.
    let count: String
    let requests: [String]
    let outcome: String
    let tone: Style.Tone
    let by: String
    /// Whoever decided, unless it was automation or the reason names them.
    let person: [String]
    let run: String
    let reason: [String]

    init(_ item: HistoryItem, _ style: Style) {
        let row = item.row
        when = String(Figures.moment(item.at).prefix(16)).replacing("T", with: " ")
        took = row.map { Figures.clock($0.seconds) } ?? ""
        service = TextCells.harmless(item.service)
        versions = row.map { Self.versions($0, style) { $0.label } } ?? ""
        versionsWithHashes = row.map { Self.versions($0, style, Self.label) } ?? ""
        // A judgement of the past has written no weights.
        weight = row.map { $0.purpose == nil ? Phrase.weight($0.reachedPercent) : "" } ?? ""
        count = row.map { Phrase.count($0.requests) } ?? ""
        requests = row.map { [Figures.plural($0.requests, "request")] } ?? []
        (outcome, tone) = Self.outcome(item, style)
        let decider = row?.decidedBy.map(TextCells.harmless)
        by = decider ?? ""
        let said = row?.outcome?.reason.text ?? ""
        person = decider.flatMap { $0 == "automation" || said.contains($0) ? nil : "by \($0)" }.map { [$0] } ?? []
        run = TextCells.harmless(item.run)
        reason = Self.reason(item).map(TextCells.harmless)
    }

    private static func versions(
        _ row: HistoryRow,
        _ style: Style,
        _ label: (HistoryRow.Side) -> String
    ) -> String {
        TextCells.harmless("\(label(row.stable)) \(style.symbol(.arrow)) \(label(row.canary))")
    }

    /// With the release, where it is known.
    private static func label(_ side: HistoryRow.Side) -> String {
        side.hashes.isEmpty ? side.label : "\(side.label) (\(side.hashes.joined(separator: ", ")))"
    }

    private static func outcome(_ item: HistoryItem, _ style: Style) -> (String, Style.Tone) {
        if case .unreadable = item.state { return ("\(style.symbol(.unknown)) unreadable", .bad) }
        if let outcome = item.row?.outcome {
            let words = "\(item.row?.purpose == nil ? "" : "past ")\(OutcomeWords.short(outcome))"
            // The rest of `held (deadline)` is in the reason.
            let short = words.prefix { $0 != "(" }
            return (
                "\(style.symbol(OutcomeWords.sign(outcome))) \(String(short).trimmedEnd)", OutcomeWords.tone(outcome)
            )
        }
        return switch item.state {
        case .running: ("\(style.symbol(.started)) running", .strong)
        case .interrupted: ("\(style.symbol(.open)) interrupted", .warning)
        case .abandoned, .finished, .unreadable: ("\(style.symbol(.unknown)) abandoned", .warning)
        }
    }

    private static func reason(_ item: HistoryItem) -> [String] {
        var parts: [String] = []
        let helpers = Set(item.row?.commands.filter { $0.verb == "promote" }.compactMap(\.by) ?? []).sorted()
        switch item.row?.outcome {
        case .rolledBack(let reason, .incomplete(let who))?: parts = ["incomplete: \(who)", reason.text]
        case .held(let hold, let reason)?: parts = ["\(hold.rawValue): \(reason.text)"]
        case .refused(let reason)?: parts = ["\(reason.label): \(reason.text)"]
        case let outcome?: parts = [outcome.text]
        case nil: parts = []
        }
        if item.row?.outcome?.reason.label != "operator", !helpers.isEmpty {
            parts.append("promoted on the way by \(helpers.joined(separator: ", "))")
        }
        switch item.state {
        case .finished: break
        case .running(let process): parts.append(process.map { "process \($0) is at it" } ?? "a process is at it")
        case .interrupted: parts.append(item.row?.interruption?.text ?? "its process was ended")
        case .abandoned:
            let next = item.isNewest ? "`haldane status` says what next" : "newer runs have followed"
            parts.append("its process went without a word; \(next)")
        case .unreadable(let why): parts.insert(why, at: 0)
        }
        if item.tornBytes > 0 { parts.append("\(ByteCount.text(item.tornBytes)) at its end are no whole write") }
        return parts
    }
}
