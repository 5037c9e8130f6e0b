/// What a store holds of the chosen rule at one moment.
package struct RouteSnapshot: Sendable, Hashable, Codable {
    /// Changes with every change of the object: a content hash for a file, `resourceVersion` in a cluster. Compared for equality only.
    package var revision: RouteRevision
    /// Weights as they are in force, in the route's own units.
    package var weights: RouteWeights
    /// What a reader calls it: a path with the rule, or kind/namespace/name.
    package var place: String
    /// How the rule limits which traffic it governs.
    package var reach: RouteReach
    /// Who wrote the rules last, if the store knows: a field manager, a Git author.
    package var writer: String?
    /// Why the route is not in force although it is stored, e.g. a condition `Accepted: False`; nil if nothing is known against it.
    package var objection: String?

    package init(
        revision: RouteRevision,
        weights: RouteWeights,
        place: String,
        reach: RouteReach = .everything,
        writer: String? = nil,
        objection: String? = nil
    ) {
        self.revision = revision
        self.weights = weights
        self.place = place
        self.reach = reach
        self.writer = writer
        self.objection = objection
    }
}

/// An opaque version of a stored route.
package struct RouteRevision: Sendable, Hashable, Codable, CustomStringConvertible {
    package var token: String

    package init(_ token: String) {
        self.token = token
    }

    package var description: String { token }
}

/// The weights of the two destinations, as whole numbers that keep the sum found.
package struct RouteWeights: Sendable, Hashable, Codable {
    /// Of the destination named `stable` in the spec.
    package var stable: Int
    /// Of the destination named `canary` in the spec.
    package var canary: Int

    package init(stable: Int, canary: Int) {
        self.stable = stable
        self.canary = canary
    }

    package var sum: Int {
        let (sum, overflow) = stable.addingReportingOverflow(canary)
        return overflow ? (stable < 0 ? .min : .max) : sum
    }

    /// The canary's share in percent; 0 if both weights are 0.
    package var canaryPercent: Double { sum > 0 ? Double(canary) / Double(sum) * 100 : 0 }

    /// Weights that give the canary this share and keep `sum`; nil if that sum cannot represent the share exactly.
    package init?(canaryPercent: Double, sum: Int) {
        guard sum > 0, canaryPercent >= 0, canaryPercent <= 100 else { return nil }
        let exact = canaryPercent * Double(sum) / 100
        let rounded = exact.rounded()
        guard (exact - rounded).magnitude < 1e-9 * Double(sum), let canary = Int(exactly: rounded) else { return nil }
        self.init(stable: sum - canary, canary: canary)
    }

    /// Roles exchanged: stable's weight under canary's name and back.
    package var swapped: RouteWeights { RouteWeights(stable: canary, canary: stable) }
}

/// Which traffic the chosen rule governs.
package enum RouteReach: Sendable, Hashable, Codable {
    /// No match: every request of the host.
    case everything
    /// The rule has a match, and stable cannot be reached outside of it.
    case segment
    /// The rule has a match, and stable is reached by other traffic too: v1's numbers are other users' numbers.
    case segmentOfStable(elsewhere: String)
}
