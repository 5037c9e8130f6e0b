extension JudgeRules {
    /// The rules of a journal: those of its spec, and a note in every verdict that is confounded by time.
    package init(_ spec: CanarySpec, purpose: RunHeader.Purpose?) {
        self.init(spec)
        if purpose == .beforeAfter { notes.append(Self.confounded) }
    }

    private static let confounded =
        "before and after a deploy are compared: what changed with time looks the same as what the deploy changed "
        + "(confounded by time), and no share of false alarms is promised"
}
