package import CanaryCore

/// How recorded windows are judged and answered.
package struct RecordedSettings: Sendable {
    package enum Form: Sendable, Hashable {
        /// One JSON object a line.
        case json
        /// One readable line a window.
        case text
    }

    package var rules: JudgeRules
    /// Canary weights in percent, ascending.
    package var steps: [Double]
    package var form: Form

    package init(rules: JudgeRules, steps: [Double], form: Form) {
        self.rules = rules
        self.steps = steps.isEmpty ? [100] : steps
        self.form = form
    }

    /// The rules of a spec. Without a spec of the user's own the absolute guard is off, as design section 7 asks.
    package init(spec: CanarySpec, hasSpec: Bool, form: Form) {
        var rules = JudgeRules(spec)
        if !hasSpec {
            rules.absoluteErrors = nil
            rules.notes = []
        }
        self.init(rules: rules, steps: spec.steps, form: form)
    }

    /// The index of the step in force at a weight: the largest one not above it, else the first.
    func step(at weight: Double) -> Int {
        steps.lastIndex { $0 <= weight } ?? 0
    }

    /// The most runs that may be open at once.
    package static let mostRuns = 10_000
}
