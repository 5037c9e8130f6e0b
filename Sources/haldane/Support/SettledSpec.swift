import CanaryCore
import CanarySources
import CanaryTransport

extension CanarySpec {
    /// The spec with `telemetry.prometheus.delay` as long as the server needs, and a sentence if that is longer than written.
    func settled(_ http: HTTPClient, now: Timestamp) async -> (spec: CanarySpec, note: String?) {
        guard let server = telemetry.prometheus else { return (self, nil) }
        let found = await ServerDelay.settled(server, http: http, now: now)
        var spec = self
        spec.telemetry.prometheus = found.spec
        return (spec, found.note)
    }
}
