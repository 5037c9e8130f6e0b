package import CanaryTelemetry

extension Finding {
    /// What is particular to the finding of a metric of the user's own.
    package struct Custom: Sendable, Hashable, Codable {
        /// Nil until there was data.
        package var kind: MetricWindow.Kind?
        package var direction: MetricWindow.Direction
        /// Of counts an additional share of bad events, of a gauge a relative change.
        package var tolerance: Double
        /// What a gauge showed.
        package var level: Level?
        /// Why it could not be compared lately; nil if it could.
        package var absence: String?

        package init(
            kind: MetricWindow.Kind?,
            direction: MetricWindow.Direction,
            tolerance: Double,
            level: Level? = nil,
            absence: String? = nil
        ) {
            self.kind = kind
            self.direction = direction
            self.tolerance = tolerance
            self.level = level
            self.absence = absence
        }
    }

    /// A gauge on both versions since the first step.
    package struct Level: Sendable, Hashable, Codable {
        package var stable: Double?
        package var canary: Double?
        /// Comparisons, at most one a minute, and those in which the canary was worse by more than the tolerance.
        package var comparisons: Int
        package var losses: Int

        package init(stable: Double?, canary: Double?, comparisons: Int, losses: Int) {
            self.stable = stable
            self.canary = canary
            self.comparisons = comparisons
            self.losses = losses
        }

        /// How far the canary is from stable, relative to it; nil where that means nothing.
        package var change: Double? {
            guard let stable, let canary, stable != 0 else { return nil }
            let change = (canary - stable) / stable.magnitude
            return change.isFinite ? change : nil
        }
    }

    /// The name for people, with the edge of the user's own histogram: `basket_seconds > 0.5`.
    package var label: String {
        guard custom != nil, let edge else { return name }
        return "\(name) > \(Phrase.decimal(edge))"
    }

    /// Both sides of a metric of the user's own in words; nil for errors and latency.
    ///
    /// ```
    /// checkout_failures: canary 4.1 % of 1,200, stable 1 % of 23,000 (+3.1 pp)
    /// queue_depth: canary 14.2 on average, stable 9.8 (+45 %), worse in 11 of 12 comparisons
    /// ```
    package var customWords: String? {
        guard let custom else { return nil }
        if let level = custom.level { return words(of: level) }
        guard let canary = canary.share, let stable = stable.share else {
            return "\(label): \(custom.absence ?? "nothing to compare yet")"
        }
        return "\(label): canary \(Phrase.percent(canary)) of \(Phrase.count(self.canary.requests)), stable "
            + "\(Phrase.percent(stable)) of \(Phrase.count(self.stable.requests)) (\(Phrase.points(canary - stable)))"
    }

    private func words(of level: Level) -> String {
        guard let canary = level.canary, let stable = level.stable else {
            return "\(label): \(custom?.absence ?? "nothing to compare yet")"
        }
        let change = level.change.map { " (\($0 < 0 ? "" : "+")\(Phrase.percent($0)))" } ?? ""
        return "\(label): canary \(Phrase.decimal(canary)) on average, stable \(Phrase.decimal(stable))\(change), "
            + "worse in \(level.losses) of \(level.comparisons) comparisons"
    }
}
