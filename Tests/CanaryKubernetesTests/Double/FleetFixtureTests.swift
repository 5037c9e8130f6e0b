import CanaryTestKit
import CanaryYAML
import Foundation
import FoundationNetworking
import Synchronization
import Testing

/// The cluster of many services and its mesh.
@Suite struct FleetFixtureTests {
    @Test("a thousand services with canaries are there within seconds", .timeLimit(.minutes(1)))
    func thousand() throws {
        let fleet = try FleetFixture(FleetService.several(1000))
        for service in fleet.services {
            try fleet.addCanary(for: service, spec: "{ route: { virtualService: \(service.name) } }")
        }

        #expect(fleet.server.view.objects(.pods).count == 4000)
        #expect(fleet.server.view.objects(.canaries).count == 1000)
        #expect(fleet.server.view.objects(.endpointSlices).allSatisfy { $0["endpoints"]?.items?.count == 4 })
    }

    @Test("traffic follows the weights that are stored, from the moment of their writing")
    func weights() throws {
        let time = MeshTime()
        var service = FleetService("reviews")
        service.rate = 1000
        let fleet = try FleetFixture([service], time: { time.now })

        time.now = 10
        try fleet.set([50, 50], of: service)
        time.now = 20

        #expect(fleet.mesh.requests(of: service) == [15_000, 5000])
        #expect(fleet.weights(of: service) == [50, 50])
    }

    @Test("each pod shows its own page at its own address, in the words of a sidecar")
    func pages() throws {
        let time = MeshTime()
        let fleet = try FleetFixture([FleetService("reviews")], time: { time.now })
        time.now = 100

        let targets = fleet.scrapeJob(every: .seconds(1)).targets
        let pages = try targets.map { target in
            String(decoding: try Data(contentsOf: #require(URL(string: target.url))), as: UTF8.self)
        }

        let stable = pages.filter { $0.contains("destination_workload=\"reviews-v1\"") }
        #expect(stable.count == 2)
        #expect(pages.filter { !$0.contains("istio_requests_total") }.count == 2)
        for page in stable {
            #expect(page.contains("response_code=\"200\",grpc_response_status=\"\",response_flags=\"-\","))
            #expect(Self.sum("istio_requests_total{", of: page) == 15_000)
            #expect(Self.sum("le=\"+Inf\"", of: page) == 15_000)
        }
        #expect(fleet.mesh.pagesServed == 4)
    }

    @Test("a deployment replaces pods and revision, and the new revision behaves as it was told to")
    func deployment() throws {
        let time = MeshTime()
        let service = FleetService("reviews")
        let fleet = try FleetFixture([service], time: { time.now })
        fleet.mesh.set(.failing, of: "5f6d7c8b9a")

        try fleet.deploy("5f6d7c8b9a", to: .v2, of: service)
        try fleet.set([0, 100], of: service)
        time.now = 100

        let view = fleet.server.view
        let pods = view.objects(.pods).filter {
            $0["metadata"]?["labels"]?["pod-template-hash"]?.string == "5f6d7c8b9a"
        }
        let deployment = view.object(.deployments, "reviews-v2", in: "test1")
        #expect(view.objects(.pods).count == 4 && pods.count == 2)
        #expect(deployment?["status"]?["readyReplicas"]?.integer == 2)
        #expect(deployment?["status"]?["observedGeneration"] == deployment?["metadata"]?["generation"])
        let name = pods.first?["metadata"]?["name"]?.string ?? ""
        let page = String(decoding: fleet.mesh.page(of: name, in: "test1"), as: UTF8.self)
        #expect(Self.sum("istio_requests_total{", of: page) == 15_000)
        #expect(Self.sum("istio_requests_total{", of: page, where: "response_code=\"503\"") > 800)
    }

    @Test("a write is covered only if the writer holds the canary's Lease")
    func audit() throws {
        let service = FleetService("reviews")
        let fleet = try FleetFixture([service])
        fleet.server.accept(token: "second", of: "second")
        let (one, two) = (try PlainClient(fleet.server), try PlainClient(fleet.server))
        two.token = "second"
        let route = "/apis/networking.istio.io/v1/namespaces/test1/virtualservices/reviews"
        func step(_ weight: Int, by client: PlainClient) throws {
            let patch = """
                [{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": \(100 - weight)},
                 {"op": "replace", "path": "/spec/http/0/route/1/weight", "value": \(weight)}]
                """
            _ = try client.patch(route, patch)
        }

        try step(5, by: one)
        let now = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            .replacing("Z", with: "000Z")
        _ = try one.send(
            "POST",
            "/apis/coordination.k8s.io/v1/namespaces/test1/leases",
            """
            {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "haldane-reviews"},
             "spec": {"holderIdentity": "one", "leaseDurationSeconds": 15, "renewTime": "\(now)"}}
            """
        )
        try step(10, by: one)
        try step(25, by: two)

        #expect(fleet.audit.writes(of: service).map(\.isCovered) == [false, true, false], "\(fleet.audit.writes)")
        #expect(fleet.audit.holders(of: service) == ["one"])
    }

    /// The sum of the values of the lines that contain a text.
    private static func sum(_ text: String, of page: String, where other: String = "istio") -> Int {
        page.split(separator: "\n").filter { $0.contains(text) && $0.contains(other) && !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            .reduce(0, +)
    }
}

/// Time that a test sets.
private final class MeshTime: Sendable {
    private let value = Mutex(0.0)

    var now: Double {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
