package import CanaryCore
import CanaryTelemetry

/// A run as log lines: `time=… run=… event=… key=value …`, one a thing that happened.
///
/// Rounds that change nothing are told every `quietRounds`, so that an hour of waiting is not a thousand lines.
package struct EventLines: Sendable {
    /// Rounds between two lines about an unchanged verdict.
    package static let quietRounds = 12

    private var lastTold: String?
    private var untold = 0
    private let namespace: String?

    /// - Parameter namespace: that of the canary, where lines of many are mixed; nil leaves it out.
    package init(namespace: String? = nil) {
        self.namespace = namespace
    }

    /// Fields as one line.
    package static func line(of fields: [(name: String, value: String)]) -> String {
        fields.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: " ")
    }

    /// The line for what happened, without its newline; nil if it is not worth one.
    package mutating func line(_ progress: RunProgress) -> String? {
        var fields: [(String, String)] = [
            ("time", Figures.moment(progress.at)), ("run", progress.header.run), ("canary", progress.header.spec.name),
        ]
        if let namespace { fields.append(("namespace", namespace)) }
        switch progress.happening {
        case .started:
            fields += [
                ("event", "started"), ("route", progress.header.place), ("stable", progress.header.stable.label),
                ("tested", progress.header.canary.label),
            ]
            if let versions = progress.versions { fields.append(("versions", versions)) }
        case .resumed(let reason):
            fields += [("event", "resumed"), ("why", reason.text)]
        case .judged(let window, let verdict):
            guard isWorthTelling(verdict, progress) else { return nil }
            fields += judged(window, verdict, progress)
        case .wrote(let plan):
            lastTold = nil
            fields += [
                ("event", "wrote"), ("weights", Figures.split(percent: plan.canaryPercent)),
                ("purpose", plan.purpose.rawValue),
            ]
        case .notice(let notice):
            fields += [
                ("event", "notice"), ("urgency", notice.urgency.rawValue), ("reason", notice.reason.label),
                ("message", notice.reason.text),
            ]
        case .finished(let outcome):
            fields += [
                ("event", "finished"), ("outcome", outcome.qualifiedWord), ("reason", outcome.reason.label),
                ("message", outcome.text),
            ]
        case .interrupted(let reason):
            fields += [
                ("event", "interrupted"),
                ("weights", progress.rollout.route.map { Figures.split($0.weights) } ?? "unknown"),
                ("message", reason.text),
            ]
        }
        return Self.line(of: fields.map { (name: $0.0, value: $0.1) })
    }

    private mutating func isWorthTelling(_ verdict: Verdict, _ progress: RunProgress) -> Bool {
        let key =
            "\(progress.rollout.phase.word) \(verdict.kind.rawValue) \(verdict.decision.rawValue) \(verdict.reason.label)"
        if key == lastTold, untold + 1 < Self.quietRounds {
            untold += 1
            return false
        }
        lastTold = key
        untold = 0
        return true
    }

    private func judged(_ window: Window, _ verdict: Verdict, _ progress: RunProgress) -> [(String, String)] {
        var fields = [
            ("event", "judged"), ("phase", progress.rollout.phase.word), ("verdict", verdict.kind.rawValue),
            ("decision", verdict.decision.rawValue),
            ("weights", progress.rollout.route.map { Figures.split($0.weights) } ?? "unknown"),
            ("stable_requests", "\(window.stableTotal)"), ("canary_requests", "\(window.canaryTotal)"),
        ]
        if verdict.window > 0 {
            fields.append(("harm", "\(Int((verdict.harmProgress * 100).rounded(.down)))%"))
            fields.append(("safe", "\(Int((verdict.safetyProgress * 100).rounded(.down)))%"))
        }
        if let pause = progress.rollout.pause {
            fields.append(("paused_by", pause.by ?? "operator"))
            fields.append(("paused_since", Figures.moment(pause.since)))
        }
        if let missing = verdict.missingRequests { fields.append(("missing_requests", "\(missing)")) }
        if case .watching = progress.rollout.phase {
            fields.append(("history", "\(Int(min(progress.rollout.historySeconds, 1e9)))s"))
        }
        let faults = window.quality.faults
        for fault in faults.prefix(3) { fields.append(("fault", "\(fault.pod): \(fault.message)")) }
        if faults.count > 3 { fields.append(("more_faults", faults.dropFirst(3).map(\.pod).joined(separator: ","))) }
        fields.append(("reason", verdict.reason.label))
        fields.append(("message", verdict.reason.text))
        return fields
    }

    /// A value, in quotes if it has blanks, quotes or control characters.
    static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0.value != 0x7F }
        guard !isPlain else { return value }
        var result = "\""
        for scalar in TextCells.harmless(value).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
