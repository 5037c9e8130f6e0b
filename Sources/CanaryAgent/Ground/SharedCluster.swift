package import CanaryCore
package import CanaryKubernetes
package import CanaryTransport

/// A cluster that many runs of one process stand on: one client, one set of mirrors, one pair of connection pools.
///
/// Runs borrow it and never close it.
package struct SharedCluster: Sendable {
    package let client: KubernetesClient
    /// One list and one watch a kind for everybody.
    package let mirrors: MirrorPool
    /// Leads to the API server, through the cluster's proxy if it has one.
    package let http: HTTPClient
    /// Scrapes, asks Prometheus and calls webhooks.
    package let outside: HTTPClient
    /// Tells the cluster's users what happened to their objects.
    package let events: EventRecorder
    /// Puts notices of one cause from many runs together; nil hands each on by itself.
    package let notices: GroupedNotices?
    /// Stands in for the telemetry that specs name; nil goes by the specs.
    package let telemetry: Telemetry?

    /// A source for a run of this spec, with the destinations in these roles.
    package typealias Telemetry = @Sendable (CanarySpec, Roles) -> any TelemetrySource

    package init(
        client: KubernetesClient,
        mirrors: MirrorPool,
        http: HTTPClient,
        outside: HTTPClient,
        events: EventRecorder,
        notices: GroupedNotices? = nil,
        telemetry: Telemetry? = nil
    ) {
        self.client = client
        self.mirrors = mirrors
        self.http = http
        self.outside = outside
        self.events = events
        self.notices = notices
        self.telemetry = telemetry
    }

    /// Sends what waits and ends everything; for its owner, after the last run.
    package func close() async {
        await events.finish()
        await mirrors.close()
        await http.shutdown()
        await outside.shutdown()
    }
}
