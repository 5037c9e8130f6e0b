import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite("PodDirectory", .timeLimit(.minutes(1)))
struct PodDirectoryTests {
    private typealias Objects = ClusterObjects

    @Test("the pods of both versions are found by Service, subsets and slices, with one list and one watch a kind")
    func opens() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()

        try await cluster.open { directory in
            #expect(await directory.pods().map(\.name) == ["a", "b", "c"])
            let population = try #require(await directory.population())
            #expect(
                population.stable
                    == Population.Side(
                        ready: 2,
                        total: 2,
                        hashes: ["hashv1"],
                        workload: "deployment/demo4-v1"
                    )
            )
            #expect(
                population.canary
                    == Population.Side(
                        ready: 0,
                        total: 1,
                        hashes: ["hashv2"],
                        workload: "deployment/demo4-v2"
                    )
            )
            #expect(population.namespace == "test1")
            for _ in 0..<10 { _ = await directory.targets() }
        }

        let view = cluster.server.view
        for kind in [ClusterKind.pods, .services, .endpointSlices, .destinationRules] {
            #expect(view.requests("list", kind).count == 1, "\(kind.plural)")
            #expect(view.requests("watch", kind).count <= 1, "\(kind.plural)")
        }
    }

    @Test("pods that come, become ready, restart under another uid, and go are seen")
    func follows() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()

        try await cluster.open { directory in
            try cluster.server.apply(Objects.pod("d", version: "v2", ip: "10.0.0.4").json)
            try await cluster.until(directory) { $0.map(\.name) == ["a", "b", "c", "d"] }
            try cluster.server.apply(
                Objects.slice(["a", "b", "c", "d"].map { ($0, Objects.ready) }, hasUIDs: false).json
            )
            try await cluster.until(directory) { $0.allSatisfy { $0.name == "d" || $0.isReady } }
            cluster.server.delete(.pods, "b", in: "test1")
            try await cluster.until(directory) { $0.map(\.name) == ["a", "c", "d"] }
            #expect(await directory.targets().targets.map(\.name) == ["a", "c", "d"])
            let before = await directory.targets().targets.first?.incarnation
            cluster.server.delete(.pods, "a", in: "test1")
            try cluster.server.apply(Objects.pod("a").json)
            try await cluster.until(directory) { pods in pods.contains { $0.name == "a" && $0.uid != before } }
        }
    }

    @Test("a subset that is changed is followed, and one that is taken away changes nothing but is said")
    func definitions() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Objects.pod("z", version: "v3", ip: "10.0.0.9").json)

        try await cluster.open { directory in
            let moved = Objects.destinationRule(subsets: ["v1": ["version": "v1"], "v2": ["version": "v3"]])
            try cluster.server.apply(moved.json)
            try await cluster.until(directory) { $0.map(\.name) == ["a", "b", "z"] }
            #expect(await directory.population()?.canary.hashes == ["hashv3"])

            cluster.server.delete(.destinationRules, "demo4-dr", in: "test1")
            try await ClusterRig.until { await !directory.targets().faults.isEmpty }
            #expect(await directory.targets().faults.first?.message.contains("subset 'v1'") == true)
            #expect(await directory.pods().map(\.name) == ["a", "b", "z"])
            #expect(await directory.population() == nil)
        }
    }

    @Test("a Service whose selector is changed is followed by new mirrors")
    func selector() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()

        try await cluster.open { directory in
            try cluster.server.apply(Objects.pod("n", labels: ["app": "next"]).json)
            try cluster.server.apply(Objects.service(selector: ["app": "next"]).json)
            try await cluster.until(directory) { $0.map(\.name) == ["n"] }
        }
    }

    @Test("an API server that is away leaves the last known pods")
    func away() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()

        try await cluster.open { directory in
            cluster.server.goAway()
            let list = await directory.targets()
            #expect(list.targets.map(\.name) == ["a", "b", "c"])
            try cluster.server.comeBack()
            try cluster.server.apply(Objects.pod("d", version: "v2", ip: "10.0.0.4").json)
            try await cluster.until(directory) { $0.count == 4 }
            #expect(await directory.population()?.canary.total == 2)
        }
    }

    @Test("an HTTPRoute's two Services have each their own selector")
    func httpRoute() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        for version in ["v1", "v2"] {
            let selector = ["app": "demo4", "version": version]
            try cluster.server.apply(Objects.service("demo4-\(version)", selector: selector).json)
        }
        try cluster.server.apply(Objects.slice([("c", Objects.ready)], service: "demo4-v2", hasUIDs: false).json)
        let route = RouteSpec(kind: .httpRoute, object: "demo4", stable: DestinationSpec(), canary: DestinationSpec())

        try await cluster.open(Objects.spec(route), Objects.httpRoute()) { directory in
            let population = try #require(await directory.population())
            #expect(population.stable.total == 2 && population.stable.ready == 0)
            #expect(population.canary.total == 1 && population.canary.ready == 1)
        }
    }

    @Test("what keeps pods from being found is an error with a hint, and leaves no watch open", arguments: Gap.allCases)
    func gaps(gap: Gap) async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try gap.make(cluster.server)

        let error = await #expect(throws: SourceError.self) { try await cluster.open { _ in } }

        #expect(error?.code == gap.code)
        #expect(error?.hint != nil, "\(gap)")
        #expect(gap.words.allSatisfy { error?.description.contains($0) == true }, "\(error?.description ?? "")")
    }

    enum Gap: CaseIterable, Sendable {
        case noService, noRule, noPods, sharedPods, forbiddenPods, noIstio

        func make(_ server: FakeAPIServer) throws {
            switch self {
            case .noService: server.delete(.services, "demo4", in: "test1")
            case .noRule: server.delete(.destinationRules, "demo4-dr", in: "test1")
            case .noPods: for pod in ["a", "b", "c"] { server.delete(.pods, pod, in: "test1") }
            case .sharedPods:
                try server.apply(ClusterObjects.destinationRule(subsets: ["v1": [:], "v2": ["version": "v2"]]).json)
            case .forbiddenPods:
                let groups: Set<String> = ["", "networking.istio.io"]
                server.permit([AccessRule(groups: groups, resources: ["services", "destinationrules"], verbs: ["*"])])
            case .noIstio: server.serve(.destinationRules, versions: [])
            }
        }

        var code: SourceError.Code {
            switch self {
            case .noService: .noService
            case .noRule: .noSubset
            case .noPods: .noPods
            case .sharedPods: .ambiguous
            case .forbiddenPods, .noIstio: .api
            }
        }

        var words: [String] {
            switch self {
            case .noService: ["'demo4'", "'test1'"]
            case .noRule: ["subset 'v1'", "test1/demo4"]
            case .noPods: ["neither version has a pod", "test1"]
            case .sharedPods: ["pod 'c'", "both versions"]
            case .forbiddenPods: ["pods", "test1", "list"]
            case .noIstio: ["destinationrules"]
            }
        }
    }

    @Test("a version without pods is no error")
    func emptyCanary() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        cluster.server.delete(.pods, "c", in: "test1")

        try await cluster.open { directory in
            #expect(await directory.population()?.canary == Population.Side(ready: 0, total: 0))
        }
    }

    @Test("through the API server the pods' pages are scraped with the cluster's credentials")
    func proxied() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Objects.slice(["a", "b", "c"].map { ($0, Objects.ready) }, hasUIDs: false).json)
        cluster.server.setPodHandler { request in
            guard request.port == 15090, request.path == "/stats/prometheus" else { return PodAnswer(code: 404, "no") }
            let version = request.pod == "c" ? "v2" : "v1"
            return PodAnswer(
                """
                istio_build{component="proxy",tag="1.29.1"} 1
                istio_requests_total{reporter="destination",destination_version="\(version)",response_code="200",\
                destination_workload_namespace="test1",request_protocol="http",response_flags="-"} 7

                """
            )
        }
        let spec = Objects.spec(Objects.subsetRoute, pods: PodScrape(port: 15090, via: .apiServer))

        try await cluster.open(spec) { directory in
            let source = ScrapeSource(spec: spec, roles: .asNamed, client: cluster.http, targets: directory)
            _ = await source.observe(seconds: 5)
            let window = await source.observe(seconds: 5)
            #expect(window.quality.unusable == nil && window.quality.faults.isEmpty)
            #expect(window.stable.map(\.pod) == ["a", "b"])
            #expect(window.canary.map(\.pod) == ["c"])

            cluster.server.setPodHandler(nil)
            let dark = await source.observe(seconds: 5)
            #expect(dark.quality.faults.map(\.label) == ["refused", "refused", "refused"], "\(dark.quality)")

            cluster.server.permit([AccessRule(groups: ["*"], resources: ["pods", "services"], verbs: ["*"])])
            let denied = await source.observe(seconds: 5)
            #expect(denied.quality.faults.map(\.label) == ["status", "status", "status"])
            #expect(denied.quality.faults.first?.message.contains("pods/proxy") == true)
        }
    }
}
