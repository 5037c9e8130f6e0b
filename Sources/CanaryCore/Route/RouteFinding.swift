/// Something about a route that a person should know before its weights are moved.
package struct RouteFinding: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: Sendable, Hashable {
        /// A run must not begin.
        case refuse
        /// A run must not begin unless the spec accepts this.
        case needsAcceptance(RouteSpec.Acceptance)
        case warning
        case info
    }

    package var severity: Severity
    /// A sentence without a full stop.
    package var sentence: String
    /// What to do about it; may have several lines, ready to paste.
    package var hint: String?

    package init(_ severity: Severity, _ sentence: String, hint: String? = nil) {
        self.severity = severity
        self.sentence = sentence
        self.hint = hint
    }

    /// Whether a run must not begin.
    package var isBlocking: Bool {
        switch severity {
        case .refuse, .needsAcceptance: true
        case .warning, .info: false
        }
    }

    /// `refuse`, `otherRoutes`, `warning` or `info`: a bounded word for JSON.
    package var word: String {
        switch severity {
        case .refuse: "refuse"
        case .needsAcceptance(let acceptance): acceptance.rawValue
        case .warning: "warning"
        case .info: "info"
        }
    }

    /// What remains of it once the spec accepts some dangers: a warning that says so.
    package func accepting(_ accepted: Set<RouteSpec.Acceptance>) -> RouteFinding {
        guard case .needsAcceptance(let acceptance) = severity, accepted.contains(acceptance) else { return self }
        return RouteFinding(.warning, sentence + " (accepted by route.accept: \(acceptance.rawValue))")
    }

    package var description: String {
        var text = "\(word): \(sentence)"
        if case .needsAcceptance(let acceptance) = severity {
            text += "; to go on all the same: route.accept: [\(acceptance.rawValue)]"
        }
        if let hint {
            text +=
                "\n  hint: " + hint.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
        }
        return text
    }

    /// The worst first, in their order otherwise.
    package static func ordered(_ findings: [RouteFinding]) -> [RouteFinding] {
        func rank(_ finding: RouteFinding) -> Int {
            switch finding.severity {
            case .refuse: 0
            case .needsAcceptance: 1
            case .warning: 2
            case .info: 3
            }
        }
        return findings.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(
            \.element
        )
    }
}
