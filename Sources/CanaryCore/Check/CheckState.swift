package import CanaryStatistics
package import CanaryTelemetry

/// What a check remembers between two invocations.
///
/// Bounded: at most 20,000 subjects, and none that was not looked at for 30 days.
package struct CheckState: Sendable, Hashable, Codable {
    package static let schema = "haldane.check-state/1"

    package var subjects: [String: SubjectState]
    /// The overall verdict that was told last.
    package var told: Told?

    package init() {
        subjects = [:]
    }

    /// What somebody was told, and when.
    package struct Told: Sendable, Hashable, Codable {
        package var kind: Verdict.Kind
        package var at: Timestamp

        package init(kind: Verdict.Kind, at: Timestamp) {
            self.kind = kind
            self.at = at
        }
    }

    /// Drops what is too old or too much, the longest unseen first.
    package mutating func prune(now: Timestamp) {
        let oldest = now.advanced(by: .seconds(-30 * 86_400))
        subjects = subjects.filter { $0.value.seenAt >= oldest }
        guard subjects.count > Self.limit else { return }
        let kept = subjects.sorted { a, b in
            a.value.seenAt == b.value.seenAt ? a.key < b.key : a.value.seenAt > b.value.seenAt
        }
        subjects = Dictionary(uniqueKeysWithValues: kept.prefix(Self.limit).map { ($0.key, $0.value) })
    }

    private static let limit = 20_000
}

/// What is remembered of one subject.
package struct SubjectState: Sendable, Hashable, Codable {
    package var subject: CheckSubject
    package var bounds: LatencyBounds
    /// Nil until stable's requests have been seen.
    package var evidence: WatchEvidence?
    /// The next look goes on from here.
    package var readUntil: Timestamp
    /// When it was looked at last.
    package var seenAt: Timestamp
    /// When the evidence began.
    package var watchedSince: Timestamp
    /// The beginning of the present day of evidence: midnight in UTC.
    package var dayStart: Timestamp
    /// Counts since then.
    package var day: PairTotals
    /// Counts since the evidence was last below ten, and when that was.
    package var rise: PairTotals
    package var riseStart: Timestamp
    /// When the canary was last seen with requests.
    package var canarySeenAt: Timestamp?
    /// How much of the traffic the canary has, and how long it has had none; nil of one version.
    package var flow: CanaryFlow?
    /// When it was last proved to be within the margins.
    package var provedAt: Timestamp?
    /// It was found by looking around, and not named by a spec.
    package var isOfFleet: Bool
    /// The last verdict, and since when it has been that.
    package var verdict: CheckState.Told?
    /// What was told last.
    package var told: CheckState.Told?

    package init(subject: CheckSubject, bounds: LatencyBounds, at start: Timestamp) {
        self.subject = subject
        self.bounds = bounds
        readUntil = start
        seenAt = start
        watchedSince = start
        dayStart = Self.day(of: start)
        day = PairTotals()
        rise = PairTotals()
        riseStart = start
        isOfFleet = false
    }

    /// Midnight in UTC before a moment.
    static func day(of moment: Timestamp) -> Timestamp {
        let rest = moment.milliseconds % dayMilliseconds
        let (start, overflow) = moment.milliseconds.subtractingReportingOverflow(
            rest < 0 ? rest + dayMilliseconds : rest
        )
        return Timestamp(milliseconds: overflow ? moment.milliseconds : start)
    }

    private static let dayMilliseconds: Int64 = 86_400_000
}
