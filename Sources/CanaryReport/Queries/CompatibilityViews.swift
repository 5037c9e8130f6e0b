package import CanaryCore
package import CanaryTelemetry

/// What dashboards show for a time, beside what Haldane counts, with the reason where they differ.
package struct CompatibilityViews: Sendable, Hashable {
    package enum Dashboard: String, Sendable, Hashable, CaseIterable {
        case grafana
        case kiali

        package var name: String {
            switch self {
            case .grafana: "Grafana"
            case .kiali: "Kiali"
            }
        }

        /// The queries of its two numbers.
        package var errorsQuery: String { "\(rawValue)_errors" }
        package var latencyQuery: String { "\(rawValue)_p99" }
    }

    /// What one dashboard shows of one version.
    package struct Shown: Sendable, Hashable {
        package var dashboard: Dashboard
        /// A share of requests; nil if it shows nothing.
        package var errors: Double?
        package var p99Milliseconds: Double?
        /// Why a number is missing, where it is not merely that there was no traffic.
        package var fault: String?

        package init(
            _ dashboard: Dashboard,
            errors: Double? = nil,
            p99Milliseconds: Double? = nil,
            fault: String? = nil
        ) {
            self.dashboard = dashboard
            self.errors = errors.flatMap { $0.isFinite ? $0 : nil }
            self.p99Milliseconds = p99Milliseconds.flatMap { $0.isFinite ? $0 : nil }
            self.fault = fault
        }
    }

    /// One version's numbers.
    package struct Version: Sendable, Hashable {
        package var label: String
        /// Nil if our own count could not be made.
        package var ours: AnswerCounts?
        package var shown: [Shown]

        package init(label: String, ours: AnswerCounts?, shown: [Shown]) {
            self.label = label
            self.ours = ours
            self.shown = shown
        }
    }

    package var versions: [Version]
    /// How long the time is, and its end.
    package var period: Duration
    package var at: Timestamp

    package init(versions: [Version], period: Duration, at: Timestamp) {
        self.versions = versions
        self.period = period
        self.at = at
    }

    /// A line a version and number: ours, then each dashboard's with the reason where it differs.
    package var lines: [String] { versions.flatMap { [Self.errors($0), Self.latency($0)].compactMap { $0 } } }

    /// Whether any dashboard's error rate differs from ours by more than rounding shows.
    package var differ: Bool {
        versions.contains { version in
            version.shown.contains { shown in
                guard let theirs = shown.errors, let ours = version.ours?.errors else { return false }
                return Self.differ(ours, theirs)
            }
        }
    }

    /// The object of the views, for a larger one.
    package func write(into writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("at")
        writer.string(Figures.moment(at))
        writer.key("periodSeconds")
        writer.double(period.inSeconds)
        writer.key("versions")
        writer.beginArray()
        for version in versions {
            writer.beginObject()
            writer.key("version")
            writer.string(version.label)
            writer.key("ours")
            Self.write(version.ours, into: &writer)
            writer.key("dashboards")
            writer.beginArray()
            for shown in version.shown {
                writer.beginObject()
                writer.key("dashboard")
                writer.string(shown.dashboard.rawValue)
                writer.key("errors")
                writer.double(shown.errors)
                writer.key("p99Milliseconds")
                writer.double(shown.p99Milliseconds)
                writer.key("why")
                writer.strings(version.ours.map { Self.reasons($0, shown) } ?? [])
                writer.key("fault")
                if let fault = shown.fault { writer.string(fault) } else { writer.null() }
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    // MARK: Words

    private static func errors(_ version: Version) -> String? {
        var parts: [String] = []
        if let ours = version.ours {
            let share = ours.errors.map { "\(Phrase.percent($0)) of \(Phrase.count(ours.requests)) requests" }
            parts.append("ours \(share ?? "no requests")")
        } else {
            parts.append("ours not known")
        }
        for shown in version.shown {
            if let theirs = shown.errors {
                var text = "\(shown.dashboard.name) \(Phrase.percent(theirs))"
                let reasons = version.ours.map { self.reasons($0, shown) } ?? []
                if !reasons.isEmpty { text += ": \(reasons.joined(separator: " and "))" }
                parts.append(text)
            } else if let fault = shown.fault {
                parts.append("\(shown.dashboard.name) could not be asked: \(fault)")
            } else {
                parts.append("\(shown.dashboard.name) shows nothing")
            }
        }
        return parts.count > 1 ? "\(version.label) errors: \(parts.joined(separator: "; "))" : nil
    }

    private static func latency(_ version: Version) -> String? {
        let known = version.shown.filter { $0.p99Milliseconds != nil }
        guard !known.isEmpty else { return nil }
        var parts: [String] = []
        if let range = version.ours?.p99Milliseconds {
            let upper = range.upperBound
            parts.append(
                upper.isFinite
                    ? "ours \(Phrase.decimal(range.lowerBound)) to \(Phrase.decimal(upper)) ms, a bucket"
                    : "ours above \(Phrase.decimal(range.lowerBound)) ms"
            )
        } else {
            parts.append("ours not known")
        }
        for shown in known { parts.append("\(shown.dashboard.name) \(Phrase.decimal(shown.p99Milliseconds ?? 0)) ms") }
        return
            "\(version.label) p99: \(parts.joined(separator: "; ")) (interpolated in its bucket, failed requests included)"
    }

    /// Why a dashboard's error rate is another one; empty if it is not.
    static func reasons(_ ours: AnswerCounts, _ shown: Shown) -> [String] {
        guard let theirs = shown.errors, let share = ours.errors, differ(share, theirs) else { return [] }
        var reasons: [String] = []
        switch shown.dashboard {
        case .grafana:
            if ours.grpcFailures > 0 {
                reasons.append("it counts \(Phrase.count(ours.grpcFailures)) gRPC failures as successes")
            }
        case .kiali:
            if ours.withoutAnswer > 0 {
                reasons.append(
                    "it counts \(Phrase.count(ours.withoutAnswer)) requests without an answer (code 0) as errors"
                )
            }
            if ours.grpcCallerErrors > 0 {
                reasons.append("it counts \(Phrase.count(ours.grpcCallerErrors)) gRPC errors of the caller as errors")
            }
        }
        if let expected = ours.errors(byRuleOf: shown.dashboard), differ(expected, theirs) {
            if ours.excluded > 0 {
                let count = Phrase.count(ours.excluded)
                reasons.append(
                    "it counts \(count) requests under injected faults, policy or caches, which we leave out"
                )
            }
            reasons.append("it takes rate, which extrapolates and does not see the first increment of a new series")
        }
        return reasons
    }

    /// Whether two shares differ by more than a hundredth of a percentage point and two percent of themselves.
    private static func differ(_ ours: Double, _ theirs: Double) -> Bool {
        let difference = (ours - theirs).magnitude
        return difference > 0.0001 && difference > 0.02 * max(ours.magnitude, theirs.magnitude)
    }

    private static func write(_ counts: AnswerCounts?, into writer: inout JSONLineWriter) {
        guard let counts else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("errors")
        writer.double(counts.errors)
        for (key, value) in [
            ("requests", counts.requests), ("failures", counts.failures), ("grpcFailures", counts.grpcFailures),
            ("grpcCallerErrors", counts.grpcCallerErrors), ("withoutAnswer", counts.withoutAnswer),
            ("excluded", counts.excluded),
        ] {
            writer.key(text: key)
            writer.integer(value)
        }
        writer.key("p99Milliseconds")
        if let range = counts.p99Milliseconds {
            writer.doubles([range.lowerBound, range.upperBound])
        } else {
            writer.null()
        }
        writer.endObject()
    }
}
