/// What a platform's team decides for all canaries of a scope, beside the values it presets: when releases may go on, and when not.
///
/// Policies of a cluster, of a namespace and of one object hold together: whatever any of them forbids is forbidden. None of it
/// ever stands in the way of a rollback.
package struct CanaryPolicy: Sendable, Hashable, Codable {
    /// When releases may begin and step up; empty is always.
    package var windows: [ReleaseWindow]
    /// How many rollouts may go on at once in the scope; nil is any number.
    package var maxConcurrent: Int?
    package var freeze: Freeze?
    package var brakes: Brakes?
    /// Steps up wait while stable itself burns its error budget; nil does not look.
    package var objective: StableObjective?

    package init(
        windows: [ReleaseWindow] = [],
        maxConcurrent: Int? = nil,
        freeze: Freeze? = nil,
        brakes: Brakes? = nil,
        objective: StableObjective? = nil
    ) {
        self.windows = windows
        self.maxConcurrent = maxConcurrent
        self.freeze = freeze
        self.brakes = brakes
        self.objective = objective
    }

    /// A part of the week, in a time zone.
    package struct ReleaseWindow: Sendable, Hashable, Codable {
        package enum Day: Int, Sendable, Hashable, Codable, CaseIterable {
            case monday = 1
            case tuesday
            case wednesday
            case thursday
            case friday
            case saturday
            case sunday
        }

        /// Empty is every day.
        package var days: [Day]
        /// Minutes after midnight, 0..<1440; a window that ends at or before its beginning ends on the next day.
        package var from: Int
        /// 1...1440.
        package var to: Int
        /// An IANA name, as `Europe/Berlin`.
        package var timeZone: String

        package init(days: [Day] = [], from: Int, to: Int, timeZone: String = "UTC") {
            self.days = days
            self.from = from
            self.to = to
            self.timeZone = timeZone
        }
    }

    /// Nothing is raised, for a reason.
    package struct Freeze: Sendable, Hashable, Codable {
        package var reason: String
        /// Nil is until it is lifted.
        package var until: Timestamp?
        /// Who froze it.
        package var by: String?

        package init(reason: String, until: Timestamp? = nil, by: String? = nil) {
            self.reason = reason
            self.until = until
            self.by = by
        }
    }

    /// More rollbacks than this within the time freeze the scope until an operator lifts it: the cause is rarely in each release.
    package struct Brakes: Sendable, Hashable, Codable {
        package var rollbacks: Int
        package var within: Duration

        package init(rollbacks: Int, within: Duration = .seconds(600)) {
            self.rollbacks = rollbacks
            self.within = within
        }
    }

    /// Stable's own objective.
    package struct StableObjective: Sendable, Hashable, Codable {
        /// The share of requests that have to succeed, 0..<1, e.g. 0.999.
        package var success: Double
        /// How many times faster than allowed the budget may be spent before steps wait.
        package var burnRate: Double
        /// Over which time.
        package var over: Duration

        package init(success: Double, burnRate: Double = 6, over: Duration = .seconds(300)) {
            self.success = success
            self.burnRate = burnRate
            self.over = over
        }
    }
}

/// A policy with where it holds.
package struct ScopedPolicy: Sendable, Hashable {
    package enum Scope: Sendable, Hashable {
        case cluster
        case namespace(String)
        case object(namespace: String, name: String)
    }

    package var scope: Scope
    package var policy: CanaryPolicy
    /// The file that it is written in; nil for an object of the cluster.
    package var file: String?
    /// Whether nobody looks at it again while the run that it holds for goes on.
    package var isReadOnce: Bool

    package init(_ scope: Scope, _ policy: CanaryPolicy, file: String? = nil, isReadOnce: Bool = false) {
        self.scope = scope
        self.policy = policy
        self.file = file
        self.isReadOnce = isReadOnce
    }
}
