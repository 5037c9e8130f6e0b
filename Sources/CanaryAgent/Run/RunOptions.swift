package import CanaryCore

/// How one run of a spec is done.
package struct RunOptions: Sendable {
    /// As written: this is what the journal holds.
    package var spec: CanarySpec
    /// With `${VAR}` expanded: this is what scrapes and notifies, and is never written down.
    package var live: CanarySpec
    package var route: RoutePlace
    /// The cluster whose API finds the pods; also beside a route in a file, as with GitOps.
    package var cluster: ClusterOptions
    /// A cluster that other runs of this process stand on as well; nil opens one for this run alone.
    package var shared: SharedCluster?
    /// Where journals of this canary are kept.
    package var journalDirectory: String
    /// Close an unfinished run and begin a new one.
    package var startsNew: Bool
    /// Who wants the run and why, as it is told first: a release that was rolled back is tried again, or one begins past what holds
    /// it. Nil refuses a release that was rolled back.
    package var retryReason: Reason?
    package var version: String
    /// Who begins the run, as `alice@laptop`.
    package var by: String?
    /// Who this process is to others that claim rollouts in a cluster, and to nobody else's; nil makes one up.
    package var identity: String?
    /// Whether an agent runs it, and nobody waits for its end.
    package var isUnattended = false
    /// Who is stable and who is tried in a new run, where somebody knows that better than the weights tell; nil goes by the weights.
    package var roles: Roles?
    /// The run of somebody else that is gone on with; nil begins one, or takes up that of the journal.
    package var takeover: Takeover?
    /// The namespaces in which the pods of the two versions may be looked at; nil is any.
    package var homes: Set<String>?
    /// Where the file of `route.settle` is.
    package var settle = SettlePlace()
    /// What may keep the run from stepping up from outside.
    package var gate: (any StepGate)?
    /// The times of the claim in a cluster.
    package var custody = CustodyTiming()

    package init(
        spec: CanarySpec,
        live: CanarySpec? = nil,
        route: RoutePlace,
        cluster: ClusterOptions = ClusterOptions(environment: [:]),
        journalDirectory: String,
        startsNew: Bool = false,
        retryReason: Reason? = nil,
        version: String
    ) {
        self.spec = spec
        self.live = live ?? spec
        self.route = route
        self.cluster = cluster
        self.journalDirectory = journalDirectory
        self.startsNew = startsNew
        self.retryReason = retryReason
        self.version = version
    }
}
