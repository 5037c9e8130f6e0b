package import CanaryCore

/// An agent as it is now: the value that its page, its metrics and its probes are made from.
///
/// Whoever runs the canaries publishes one whenever something has changed; nothing in it is worked out from a clock, so that two
/// equal views are the same page.
package struct AgentView: Sendable, Hashable {
    /// A replica that is alive.
    package struct Member: Sendable, Hashable {
        package var id: String
        package var isSelf: Bool

        package init(id: String, isSelf: Bool) {
            self.id = id
            self.isSelf = isSelf
        }
    }

    /// One kind of objects of the cluster that is kept at hand.
    package struct Mirror: Sendable, Hashable {
        /// The plural of the kind, as `virtualservices`.
        package var kind: String
        /// Namespaces that are looked at; empty is all of them.
        package var namespaces: [String]
        package var objects: Int
        /// Of the last list, event or bookmark; nil before the first list.
        package var confirmedAt: Timestamp?
        /// Why it is not kept up to date; nil while it is.
        package var failure: String?

        package init(
            kind: String,
            namespaces: [String] = [],
            objects: Int,
            confirmedAt: Timestamp?,
            failure: String? = nil
        ) {
            self.kind = kind
            self.namespaces = namespaces
            self.objects = objects
            self.confirmedAt = confirmedAt
            self.failure = failure
        }
    }

    /// A canary, as its status in the cluster has it.
    package struct Canary: Sendable, Hashable {
        package var key: CanaryKey
        package var status: CanaryStatus
        /// The replica that looks after it, if that is another one; nil for our own.
        package var owner: String?

        package init(_ key: CanaryKey, _ status: CanaryStatus, owner: String? = nil) {
            self.key = key
            self.status = status
            self.owner = owner
        }
    }

    /// What this process has counted since it began.
    package struct Counts: Sendable, Hashable {
        /// Runs that ended, by how.
        package var outcomes: [RunEnding: Int] = [:]
        /// Runs that were taken over from a holder that was gone.
        package var takeovers = 0
        /// Runs that were left because their Lease was lost.
        package var leasesLost = 0
        /// Writes of weights that were not taken, by reason.
        package var refusals: [String: Int] = [:]

        package init() {}
    }

    /// Of this process, as in Leases.
    package var identity: String
    package var version: String
    package var startedAt: Timestamp
    /// What it looks after, as `all namespaces` or `namespaces a, b`.
    package var scope: String
    /// What keeps the agent from working as it should; nil if nothing does.
    package var unreadiness: String?
    /// Whether its own member Lease is held; always so where there is no fleet.
    package var isMember: Bool
    package var members: [Member]
    package var mirrors: [Mirror]
    package var policies: [Policy]
    package var canaries: [Canary]
    /// Rollouts whose holder is gone and that nobody has taken over yet; nil where that is not known.
    package var orphans: Int?
    /// How many statuses of canaries wait to be written.
    package var statusBacklog: Int
    package var counts: Counts
    /// Things that a person should know and that concern no single canary, newest last.
    package var notes: [String]

    package init(
        identity: String,
        version: String,
        startedAt: Timestamp,
        scope: String = "all namespaces",
        unreadiness: String? = nil,
        isMember: Bool = true,
        members: [Member] = [],
        mirrors: [Mirror] = [],
        policies: [Policy] = [],
        canaries: [Canary] = [],
        orphans: Int? = nil,
        statusBacklog: Int = 0,
        counts: Counts = Counts(),
        notes: [String] = []
    ) {
        self.identity = identity
        self.version = version
        self.startedAt = startedAt
        self.scope = scope
        self.unreadiness = unreadiness
        self.isMember = isMember
        self.members = members
        self.mirrors = mirrors
        self.policies = policies
        self.canaries = canaries
        self.orphans = orphans
        self.statusBacklog = statusBacklog
        self.counts = counts
        self.notes = notes
    }
}

extension AgentView {
    /// Whether a reader of the page would see a difference: mirrors that were only confirmed anew are none.
    package func looksLike(_ other: AgentView) -> Bool {
        still == other.still
    }

    private var still: AgentView {
        var view = self
        for index in view.mirrors.indices where view.mirrors[index].confirmedAt != nil {
            view.mirrors[index].confirmedAt = startedAt
        }
        return view
    }
}
