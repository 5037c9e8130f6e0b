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
    /// Where journals of this canary are kept.
    package var journalDirectory: String
    /// Close an unfinished run and begin a new one.
    package var startsNew: Bool
    /// Why a release that was rolled back is tried again; nil refuses it.
    package var retryReason: String?
    package var version: String
    /// Who begins the run, as `alice@laptop`.
    package var by: String?

    package init(
        spec: CanarySpec,
        live: CanarySpec? = nil,
        route: RoutePlace,
        cluster: ClusterOptions = ClusterOptions(environment: [:]),
        journalDirectory: String,
        startsNew: Bool = false,
        retryReason: String? = nil,
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
