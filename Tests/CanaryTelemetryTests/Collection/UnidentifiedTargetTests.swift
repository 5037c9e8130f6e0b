import CanaryTelemetry
import Testing

@Suite("Targets that have never shown a version")
struct UnidentifiedTargetTests {
    @Test("a canary that never answered makes the round unusable, not empty")
    func neverAnswered() {
        var collector = TelemetryCollector(configuration: CollectorConfiguration.ofTwoWorkloads)
        var window = Window(seconds: 5)
        for round in 1...4 {
            collector.ingest(page: page(requests: 100 * round), from: "s-0")
            collector.fail(target: "c-0", label: "refused", message: "connection refused")
            window = collector.endRound(seconds: 5)
        }

        #expect(window.quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
        #expect(window.quality.faults.map(\.pod) == ["c-0"])
    }

    @Test("a canary pod that answers without traffic yet is no failure")
    func answersWithoutTraffic() {
        var collector = TelemetryCollector(configuration: CollectorConfiguration.ofTwoWorkloads)
        var window = Window(seconds: 5)
        for round in 1...4 {
            collector.ingest(page: page(requests: 100 * round), from: "s-0")
            collector.ingest(page: Array("envoy_server_live{} 1\n".utf8), from: "c-0")
            window = collector.endRound(seconds: 5)
        }

        #expect(window.quality.unusable == nil)
        #expect(window.stableTotal == 100)
    }

    private func page(requests: Int) -> [UInt8] {
        let labels =
            #"reporter="destination",destination_workload="v1",response_code="200",request_protocol="http",response_flags="-""#
        return Array("envoy_server_live{} 1\nistio_requests_total{\(labels)} \(requests)\n".utf8)
    }
}

extension CollectorConfiguration {
    fileprivate static let ofTwoWorkloads = CollectorConfiguration(
        reporter: .destination,
        stable: CohortSelector(workload: "v1"),
        canary: CohortSelector(workload: "v2")
    )
}
