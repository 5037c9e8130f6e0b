/// Error rates of the decisions, and what to do when there is no decision.
package struct Guards: Sendable, Hashable, Codable {
    package enum Fallback: String, Sendable, Hashable, Codable {
        case hold
        case rollback
    }

    /// The chance of rolling back an equal release, per rollout.
    package var falseRollback: Double
    /// The chance of advancing past a margin that is not met, per margin.
    package var falsePromotion: Double
    /// The bar of the absolute guard on the share of failed requests, 0...1; nil turns it off.
    package var absoluteErrors: Double?
    package var onDeadline: Fallback
    /// The source is unreachable, or stable is silent too.
    package var onTelemetryLost: Fallback
    /// Telemetry is fresh, at least 50 canary requests were expected and none was seen.
    package var onCanarySilent: Fallback
    /// When the journal can no longer be written.
    package var onJournalLost: Fallback
    /// When the process that ran it is gone and its evidence with it; somebody else only finds the weights.
    package var onOrphan: Fallback

    package init(
        falseRollback: Double = 0.01,
        falsePromotion: Double = 0.05,
        absoluteErrors: Double? = 0.20,
        onDeadline: Fallback = .hold,
        onTelemetryLost: Fallback = .hold,
        onCanarySilent: Fallback = .rollback,
        onJournalLost: Fallback = .hold,
        onOrphan: Fallback = .rollback
    ) {
        self.falseRollback = falseRollback
        self.falsePromotion = falsePromotion
        self.absoluteErrors = absoluteErrors
        self.onDeadline = onDeadline
        self.onTelemetryLost = onTelemetryLost
        self.onCanarySilent = onCanarySilent
        self.onJournalLost = onJournalLost
        self.onOrphan = onOrphan
    }

    /// Older journals do not have the later members.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        falseRollback = try container.decode(Double.self, forKey: .falseRollback)
        falsePromotion = try container.decode(Double.self, forKey: .falsePromotion)
        absoluteErrors = try container.decodeIfPresent(Double.self, forKey: .absoluteErrors)
        onDeadline = try container.decode(Fallback.self, forKey: .onDeadline)
        onTelemetryLost = try container.decode(Fallback.self, forKey: .onTelemetryLost)
        onCanarySilent = try container.decode(Fallback.self, forKey: .onCanarySilent)
        onJournalLost = try container.decode(Fallback.self, forKey: .onJournalLost)
        onOrphan = try container.decodeIfPresent(Fallback.self, forKey: .onOrphan) ?? .rollback
    }
}
