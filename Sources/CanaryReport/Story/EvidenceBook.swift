import CanaryCore

/// The metrics of all verdicts, in the order in which verdicts list them, and when their evidence reached a threshold.
struct EvidenceBook: Sendable {
    private struct Track: Sendable {
        var name: String
        var edge: Double?
        var label: String
        var isCustom: Bool
    }

    private var tracks: [Track] = []
    private(set) var crossings: [Crossing] = []
    private(set) var mostHarm: Double?
    private(set) var harmThreshold: Double?
    private var provedSteps: Set<Int> = []
    private(set) var hasHarm = false

    /// The values of a verdict that compared, by number of track.
    mutating func values(_ verdict: Verdict) -> [EvidenceTrack.Value?] {
        var values = [EvidenceTrack.Value?](repeating: nil, count: tracks.count)
        for (position, finding) in verdict.findings.enumerated() {
            guard let number = number(finding, near: position) else { continue }
            if number == values.count { values.append(nil) }
            values[number] = EvidenceTrack.Value(
                harm: Self.finite(finding.logE - finding.penalty),
                safety: finding.safety.map { Self.finite($0.logN) },
                isProved: finding.safety?.isLatched ?? false
            )
        }
        return values
    }

    private mutating func number(_ finding: Finding, near position: Int) -> Int? {
        func isTrack(_ track: Track) -> Bool { track.name == finding.name && track.edge == finding.edge }
        if tracks.indices.contains(position), isTrack(tracks[position]) { return position }
        if let known = tracks.firstIndex(where: isTrack) { return known }
        guard tracks.count < Self.mostTracks else { return nil }
        tracks.append(
            Track(
                name: finding.name,
                edge: finding.edge.flatMap { $0.isFinite ? $0 : nil },
                label: Self.label(finding),
                isCustom: finding.custom != nil
            )
        )
        return tracks.count - 1
    }

    /// Notes the first verdict that asks for a rollback because of its evidence; true if it is this one.
    mutating func noteHarm(_ verdict: Verdict, at seconds: Double, percent: Double) -> Bool {
        guard verdict.decision == .rollback, !hasHarm else { return false }
        hasHarm = true
        // The absolute guard stands outside of the evidence.
        guard verdict.reason.label != "absolute", verdict.window > 0 else { return true }
        let leading = verdict.findings.max { $0.logE - $0.penalty < $1.logE - $1.penalty }
        // Where no metric alone has as much as all together, their mixture crossed.
        let name = leading.flatMap { $0.logE - $0.penalty >= verdict.logD ? $0.name : nil }
        crossings.append(Crossing(at: seconds, kind: .harm, metric: name, percent: percent))
        return true
    }

    /// Notes that all metrics are proved at a step; true if this is the first time.
    mutating func noteSafety(step: Int, at seconds: Double, percent: Double) -> Bool {
        guard provedSteps.count < Self.mostSteps, provedSteps.insert(step).inserted else { return false }
        crossings.append(Crossing(at: seconds, kind: .safety, metric: nil, percent: percent))
        return true
    }

    /// Notes the evidence of harm of all metrics together, beside the comparison that the chance of error is promised for.
    mutating func noteTotal(_ verdict: Verdict) {
        let harm = Self.finite(verdict.logD)
        guard mostHarm.map({ harm > $0 }) ?? true else { return }
        mostHarm = harm
        harmThreshold = Self.threshold(verdict.harmThreshold)
    }

    /// The tracks over these moments.
    func tracks(over drafts: [MomentDraft]) -> [EvidenceTrack] {
        tracks.enumerated().map { number, track in
            EvidenceTrack(
                name: track.name,
                label: track.label,
                edge: track.edge,
                isCustom: track.isCustom,
                values: drafts.map { number < $0.values.count ? $0.values[number] : nil }
            )
        }
    }

    static func label(_ finding: Finding) -> String {
        if finding.custom != nil { return finding.label }
        return finding.edge.map { "slower than \(Phrase.decimal($0)) ms" } ?? "failed requests"
    }

    /// Evidence that can be drawn: never NaN or infinite.
    static func finite(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(value, -mostEvidence), mostEvidence)
    }

    /// A threshold, if it is one.
    static func threshold(_ value: Double) -> Double? { value > 0 && value.isFinite ? value : nil }

    private static let mostEvidence = 1e6
    private static let mostTracks = 128
    private static let mostSteps = 1000
}
