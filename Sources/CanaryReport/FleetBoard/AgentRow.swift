import CanaryCore

/// One canary as a line of the agent's table, in words.
struct AgentRow: Sendable {
    var key: CanaryKey
    var rank: CanaryRank
    /// Of the new version, as `10 %`; a dash where it is not known.
    var weight: String
    /// `2 of 5`.
    var step: String
    var message: String
    /// `v1 (7d4f) → v2 (9c1b)`.
    var versions: String
    /// `promoted 2026-11-23 14:02 UTC`.
    var last: String
    /// Who looks after it, if not this process.
    var keeper: String
    /// Whether this process has a page of its run.
    var hasPage: Bool

    init(_ canary: AgentView.Canary, hasPage: Bool) {
        let status = canary.status
        key = canary.key
        rank = CanaryRank(status)
        weight = Self.weight(status)
        step = status.step.map { "\($0.number) of \($0.of)" } ?? Self.none
        message = Self.cut(status.message, Self.longestMessage)
        versions = Self.versions(status)
        last =
            status.lastRun.map {
                "\($0.outcome.replacing("rolledBack", with: "rolled back")) \(Self.moment($0.finishedAt))"
            } ?? Self.none
        keeper = canary.owner ?? status.run?.holder ?? ""
        self.hasPage = hasPage
    }

    private static func weight(_ status: CanaryStatus) -> String {
        guard let stable = status.stable?.weight, let canary = status.canary?.weight, stable >= 0, canary >= 0 else {
            return none
        }
        return Phrase.weight(RouteWeights(stable: stable, canary: canary).canaryPercent)
    }

    private static func versions(_ status: CanaryStatus) -> String {
        func words(_ side: CanaryStatus.Side) -> String {
            RunHeader.version(
                cut(side.name, 63),
                revision: side.revision.map { cut($0, 40) },
                image: side.image.map { cut($0, 63) }
            )
        }
        guard let stable = status.stable, let canary = status.canary else { return none }
        return "\(words(stable)) → \(words(canary))"
    }

    /// A moment to the minute.
    static func moment(_ at: Timestamp) -> String { "\(Figures.moment(at).prefix(16).replacing("T", with: " ")) UTC" }

    static func cut(_ text: String, _ most: Int) -> String {
        text.count > most ? "\(text.prefix(most - 1))…" : text
    }

    private static let none = "–"
    /// The whole message is in the object's status, and on the page of a run.
    private static let longestMessage = 300
}

extension AgentRow {
    /// As a line of the table; written by hand, because there may be hundreds in a page that is made each second.
    ///
    /// - Parameter root: how the page reaches the agent's first one: empty, or steps up.
    func html(root: String) -> String {
        let name = PageText.escaped("\(key)")
        let link = "run/\(PagePath.segment(key.namespace))/\(PagePath.segment(key.name))/"
        let head = hasPage ? "<a id=\"\(link)\" href=\"\(root)\(link)\">\(name)</a>" : name
        return "<tr class=\"\(rank.tone)\"><th scope=\"row\">\(head)</th>"
            + "<td><span class=\"tone\" aria-hidden=\"true\">\(Style.plain.symbol(rank.sign))</span>\(rank.words)</td>"
            + "<td class=\"n\">\(PageText.escaped(weight))</td><td class=\"n\">\(step)</td>"
            + "<td class=\"w\">\(PageText.escaped(message))</td><td class=\"w\">\(PageText.escaped(versions))</td>"
            + "<td>\(PageText.escaped(last))</td><td>\(PageText.escaped(keeper))</td></tr>\n"
    }
}
