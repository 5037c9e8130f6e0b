/// Whether an unattended check has something to say: a state that changed, or a failure that has stood for another day.
package enum CheckTelling {
    /// Whether the report is news against what was told last. A first healthy look is none.
    package static func isNews(_ report: CheckReport, state: CheckState) -> Bool {
        if report.restarted != nil { return true }
        if isNews(report.kind, told: state.told, at: report.at) { return true }
        return report.verdicts.contains { verdict in
            isNews(verdict.kind, told: state.subjects[verdict.subject.key]?.told, at: report.at)
        }
    }

    /// Remembers that the report is told.
    package static func note(_ report: CheckReport, in state: inout CheckState) {
        state.told = CheckState.Told(kind: report.kind, at: report.at)
        for verdict in report.verdicts {
            state.subjects[verdict.subject.key]?.told = CheckState.Told(kind: verdict.kind, at: report.at)
        }
    }

    private static func isNews(_ kind: Verdict.Kind, told: CheckState.Told?, at now: Timestamp) -> Bool {
        guard let told else { return kind != .healthy }
        if told.kind != kind { return true }
        return (kind == .degraded || kind == .unknown) && now.since(told.at) >= repeats
    }

    private static let repeats = Duration.seconds(86_400)
}
