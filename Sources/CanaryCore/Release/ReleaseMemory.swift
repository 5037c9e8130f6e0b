/// What is remembered of a canary's releases between runs, so that each is tried once.
///
/// Slots are the spec's two destinations under their names there, whatever part they play at the moment.
package struct ReleaseMemory: Sendable, Hashable, Codable {
    /// The pod-template hashes last known in each slot that are no news there: found when the canary was first seen, promoted,
    /// or replaced as stable. Nil if the slot was never looked at; empty if it was without pods. A slot that is scaled to 0 keeps
    /// them.
    package var stableSlot: [String]?
    package var canarySlot: [String]?
    /// Hashes that were tried and not promoted, newest last; they begin only by an operator's retry.
    package var tried: [String]?
    /// The releases of a run that ended because its pods were replaced: neither good nor bad, and no news as long as both are as
    /// they were then.
    package var dropped: Rollout.Release?
    /// Weights between the slots that are explained: those that the last run left, or that an operator's retry found.
    package var left: RouteWeights?
    /// The last run that ended.
    package var last: LastRun?

    /// A run that ended.
    package struct LastRun: Sendable, Hashable, Codable {
        package var id: String
        /// The releases by role.
        package var release: Rollout.Release?
        /// What they are built from, by role; nil in older records.
        package var images: ReleaseImages?
        package var roles: Roles
        package var outcome: Outcome
        package var startedAt: Timestamp
        package var endedAt: Timestamp
        package var by: String?

        package init(
            id: String,
            release: Rollout.Release?,
            images: ReleaseImages? = nil,
            roles: Roles,
            outcome: Outcome,
            startedAt: Timestamp,
            endedAt: Timestamp,
            by: String? = nil
        ) {
            self.id = id
            self.release = release
            self.images = images
            self.roles = roles
            self.outcome = outcome
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.by = by
        }
    }

    package init(stableSlot: [String]? = nil, canarySlot: [String]? = nil, last: LastRun? = nil) {
        self.stableSlot = stableSlot
        self.canarySlot = canarySlot
        self.last = last
    }

    /// How many tried hashes are remembered.
    static let triedLimit = 32

    /// Which slot plays a part.
    package enum Slot: Sendable, Hashable {
        case stable
        case canary

        /// The slot without traffic.
        static func idle(_ roles: Roles) -> Slot { roles == .asNamed ? .canary : .stable }
        /// The slot that carries it.
        static func serving(_ roles: Roles) -> Slot { roles == .asNamed ? .stable : .canary }
    }

    /// What is no news in a slot.
    package subscript(slot: Slot) -> [String]? {
        get {
            switch slot {
            case .stable: stableSlot
            case .canary: canarySlot
            }
        }
        set {
            switch slot {
            case .stable: stableSlot = newValue
            case .canary: canarySlot = newValue
            }
        }
    }
}

extension Population {
    /// The pods of a slot; the population is by the spec's names.
    func side(_ slot: ReleaseMemory.Slot) -> Side {
        switch slot {
        case .stable: stable
        case .canary: canary
        }
    }
}

extension Rollout.Release {
    /// What is there now, by role.
    package init(_ population: Population, roles: Roles = .asNamed) {
        let found = roles == .asNamed ? population : population.swapped
        self.init(stable: found.stable.hashes, canary: found.canary.hashes)
    }
}
