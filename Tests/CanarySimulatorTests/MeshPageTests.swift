import CanarySimulator
import Testing

@Suite struct MeshPageTests {
    @Test(
        "every line of every page is a comment or a sample, and the last one is complete",
        arguments: Scenario.allCases
    )
    func lines(scenario: Scenario) throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 23))
        mesh.advance(by: 60, canaryShare: 0.1)

        for pod in mesh.pods {
            let page = try #require(mesh.page(of: pod))
            let lines = ExpositionLines(page)

            #expect(lines.strange == [])
            #expect(page.last == UInt8(ascii: "\n"))
            #expect(lines.samples.count > 4)
        }
    }

    @Test("Istio's series carry all 25 labels")
    func labels() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .bypass, seed: 29))
        mesh.advance(by: 60, canaryShare: 0.1)

        for pod in mesh.pods {
            let lines = ExpositionLines(try #require(mesh.page(of: pod)))
            for sample in lines.matching("istio_requests_total") { #expect(sample.labels.count == 25) }
            for sample in lines.matching("istio_request_duration_milliseconds_bucket") {
                #expect(sample.labels.count == 26)
            }
        }
    }

    @Test(
        "the counters of all pages add up to the truth",
        arguments: Scenario.allCases.filter { $0 != .noData && $0 != .counterReset }
    )
    func counters(scenario: Scenario) throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 31))
        mesh.advance(by: 120, canaryShare: 0)
        mesh.advance(by: 120, canaryShare: 0.3)

        let pages = try mesh.pods.map { ExpositionLines(try #require(mesh.page(of: $0))) }

        let truth = mesh.truth
        for (workload, version) in [("demo4-deployment-v1", truth.stable), ("demo4-deployment-v2", truth.canary)] {
            let labels = ["reporter": "destination", "destination_workload": workload]
            let requests = pages.reduce(0) { $0 + $1.total("istio_requests_total", labels) }
            let failed = pages.reduce(0) {
                $0 + $1.total("istio_requests_total", labels.merging(["response_code": "503"]) { $1 })
            }
            #expect(requests == version.requests)
            #expect(failed == version.failed)
        }
    }

    @Test("histograms are cumulative, lag behind their counters by at most a flush, and catch up")
    func histograms() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 37, stablePods: 2))
        var hasLagged = false

        for step in 0..<40 {
            mesh.advance(by: 1, canaryShare: step < 30 ? 0.2 : 0)
            for pod in mesh.pods {
                let lines = ExpositionLines(try #require(mesh.page(of: pod)))
                let isIdle = step >= 35 && pod.contains("v2")
                for counter in lines.matching("istio_requests_total") {
                    let buckets = lines.matching("istio_request_duration_milliseconds_bucket", counter.labels)
                    let counts = buckets.map(\.number)
                    let total = lines.matching("istio_request_duration_milliseconds_count", counter.labels).map(
                        \.number
                    )
                    #expect(buckets.isEmpty || buckets.count == 20)
                    #expect(counts == counts.sorted())
                    #expect(counts.last == total.first)
                    #expect((total.first ?? 0) <= counter.number)
                    if isIdle { #expect(total.first == counter.number) }
                    if (total.first ?? 0) < counter.number { hasLagged = true }
                }
            }
        }

        #expect(hasLagged)
    }

    @Test("a canary pod without traffic shows the witness lines and no request series")
    func witness() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 41))
        mesh.advance(by: 30, canaryShare: 0)

        let idle = ExpositionLines(try #require(mesh.page(of: "demo4-v2-0")))

        #expect(idle.matching("istio_requests_total").isEmpty)
        #expect(idle.matching("istio_request_duration_milliseconds_bucket").isEmpty)
        #expect(idle.matching("istio_build", ["component": "proxy"]).count == 1)
        #expect(idle.matching("istio_agent_process_start_time_seconds").count == 1)
        #expect(idle.matching("envoy_server_live").count == 1)
        #expect(!idle.text.contains("# TYPE istio_request"))
    }

    @Test("Envoy's lines have a TYPE and no HELP")
    func help() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 43))
        mesh.advance(by: 30, canaryShare: 0.5)

        let text = ExpositionLines(try #require(mesh.page(of: "demo4-v1-0"))).text

        #expect(text.contains("# TYPE istio_requests_total counter\n"))
        #expect(text.contains("# TYPE istio_request_duration_milliseconds histogram\n"))
        #expect(!text.contains("# HELP envoy_"))
        #expect(!text.contains("# HELP istio_request"))
        #expect(text.contains("envoy_server_live{} 1\n"))
    }

    @Test("a page without data has application metrics and no Istio or Envoy series")
    func noData() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .noData, seed: 47))
        mesh.advance(by: 60, canaryShare: 0.5)

        for pod in mesh.pods {
            let lines = ExpositionLines(try #require(mesh.page(of: pod)))
            #expect(!lines.samples.contains { $0.name.hasPrefix("istio_") || $0.name.hasPrefix("envoy_") })
            #expect(lines.total("demo4_orders_total") > 0)
        }
    }

    @Test("a restart shows as a later start time and lower counters")
    func restarts() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .counterReset, seed: 53))
        var starts: [String: Double] = [:]
        var counts: [String: Int] = [:]
        var seen = 0

        for _ in 0..<360 {
            mesh.advance(by: 5, canaryShare: 0.2)
            for pod in mesh.pods {
                let lines = ExpositionLines(
                    try #require(mesh.page(of: pod)),
                    only: ["istio_requests_total", "istio_agent_process_start_time_seconds"]
                )
                let start = try #require(lines.matching("istio_agent_process_start_time_seconds").first?.number)
                let count = lines.total("istio_requests_total", ["reporter": "destination"])
                if let before = starts[pod], let countBefore = counts[pod], start != before {
                    seen += 1
                    #expect(start > before)
                    #expect(countBefore < 500 || count < countBefore)
                } else if let countBefore = counts[pod] {
                    #expect(count >= countBefore)
                }
                starts[pod] = start
                counts[pod] = count
            }
        }

        #expect(seen >= 5)
        #expect(seen <= mesh.truth.restarts)
    }
}
