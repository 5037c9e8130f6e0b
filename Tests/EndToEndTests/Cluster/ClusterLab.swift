import CanaryTestKit
import CanaryYAML
import Foundation
import FoundationNetworking
import Synchronization

/// The demo service in a cluster: an API server double in front of a simulated mesh that obeys the weights stored in it.
///
/// The mesh is `haldane simulate`; the first eight stable and two canary pods of the fixture are its pods, and further pods have a
/// page without traffic. Pages are read through the API server's proxy, as from a laptop.
final class ClusterLab: Sendable {
    let cluster: ClusterFixture
    let folder: TestFolder
    let route: DemoRoute
    let kubeconfig: String
    /// The route's object before anything was done.
    let original: JSONValue
    private let mesh: MeshProcess
    private let pages = Mutex<PodPages?>(nil)

    /// As `init`, without blocking the caller's thread.
    static func make(
        _ route: DemoRoute = .virtualService,
        scenario: String,
        canaryPods: Int = 4,
        weights: [Int] = [100, 0]
    ) async throws -> ClusterLab {
        try await Patience.blocking {
            try ClusterLab(route, scenario: scenario, canaryPods: canaryPods, weights: weights)
        }
    }

    /// Starts the mesh and fills the server; blocks the thread.
    ///
    /// - Parameters:
    ///   - canaryPods: ready pods behind v2; four of them may carry everything.
    ///   - weights: found at the start.
    init(
        _ route: DemoRoute = .virtualService,
        scenario: String,
        seed: Int = 5,
        speed: Int = 20,
        canaryPods: Int = 4,
        weights: [Int] = [100, 0]
    ) throws {
        self.route = route
        mesh = try MeshProcess(scenario: scenario, seed: seed, speed: speed, in: try TestFolder())
        folder = mesh.folder
        var configuration = ClusterFixture.Configuration()
        configuration.canaryPods = canaryPods
        configuration.routes = [route]
        cluster = try ClusterFixture(configuration)
        try Self.write(weights, to: route, of: cluster)
        kubeconfig = try cluster.writeKubeconfig(in: folder.path)
        original = cluster.server.view.object(route.kind, route.name, in: ClusterFixture.namespace) ?? .null
        try obey(weights)
        followWeights()
        servePages(try mesh.targets())
    }

    /// A spec of this route; further lines go into its `spec`, e.g. `  telemetry: …`.
    func spec(_ telemetry: String = "{ scrape: { pods: { via: apiServer } } }", route lines: String = "") throws
        -> String
    {
        let name: String
        let (stable, canary): (String, String)
        switch route {
        case .virtualService, .cookieVirtualService:
            name = "virtualService: \(route.name)"
            (stable, canary) = ("subset: v1", "subset: v2")
        case .httpRoute:
            name = "httpRoute: \(route.name)"
            (stable, canary) = ("host: demo4-v1", "host: demo4-v2")
        case .grpcRoute:
            name = "grpcRoute: \(route.name)"
            (stable, canary) = ("host: demo4-v1", "host: demo4-v2")
        }
        return try folder.write(
            "cluster.yaml",
            """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: demo4, namespace: test1 }
            spec:
              route:
                \(name)
                accept: [gatewayOnly]
            \(lines)    stable: { \(stable), workload: demo4-deployment-v1 }
                canary: { \(canary), workload: demo4-deployment-v2 }
              telemetry: \(telemetry)

            """
        )
    }

    /// Starts `haldane VERB SPEC` with the kubeconfig and a quick pace.
    func start(
        _ words: [String],
        settings: [String] = [],
        as name: String = "run",
        isQuick: Bool = true,
        through prefix: [String] = ["/usr/bin/timeout", "--kill-after=5", "240"]
    ) throws -> Haldane {
        let quick = isQuick ? QuickPace.arguments + settings.flatMap { ["--set", $0] } : []
        return try Haldane(
            words + ["--kubeconfig", kubeconfig, "--output", "json"] + quick,
            in: folder,
            as: name,
            through: prefix
        )
    }

    /// Runs it to its end.
    func run(_ words: [String], settings: [String] = [], as name: String = "run") async throws -> Haldane.Result {
        let run = try start(words, settings: settings, as: name)
        return try await Patience.blocking { try run.wait() }
    }

    /// The weights as stored, and as numbers.
    var weights: [Int] { cluster.weights(route).map { $0 ?? -1 } }

    /// The route's object as it is now.
    var object: JSONValue { cluster.server.view.object(route.kind, route.name, in: ClusterFixture.namespace) ?? .null }

    /// Requests for the route itself that write.
    var patches: [RequestRecord] { cluster.server.view.requests("patch", route.kind) }

    /// Waits until the stored weights are these.
    func waitForWeights(_ wanted: [Int], seconds: Double = 120) async throws -> Bool {
        try await Patience.blocking { [self] in Patience.wait(seconds: seconds) { weights == wanted } }
    }

    /// Waits until the mesh obeys these weights: it follows the stored ones a moment later.
    func waitForMesh(_ wanted: [Int], seconds: Double = 30) async throws -> Bool {
        try await Patience.blocking { [self] in
            Patience.wait(seconds: seconds) { RouteText(TestFolder.text(mesh.route)).weights == wanted }
        }
    }

    /// Writes weights past the run, as another writer.
    func set(_ weights: [Int], as manager: String) throws {
        try Self.write(weights, to: route, of: cluster, as: manager)
    }

    // MARK: The mesh

    private static func write(
        _ weights: [Int],
        to route: DemoRoute,
        of cluster: ClusterFixture,
        as manager: String = "kubectl"
    ) throws {
        try cluster.server.change(route.kind, route.name, in: ClusterFixture.namespace, as: manager) { object in
            for (index, weight) in weights.enumerated() {
                let list = route.kind == .virtualServices ? "http" : "rules"
                let entries = route.kind == .virtualServices ? "route" : "backendRefs"
                object = object.replacing([list, "0", entries, "\(index)", "weight"], .integer(Int64(weight)))
            }
        }
    }

    /// Weights to the mesh: its route file is what it obeys.
    private func obey(_ weights: [Int]) throws {
        let path = mesh.route
        var text = TestFolder.text(path)
        let now = RouteText(text).weights
        guard weights.count == 2, now.count == 2, weights != now else { return }
        text = text.replacing("weight: \(now[0])\n", with: "weight: \(weights[0])\n")
        text = text.replacing("weight: \(now[1])  #", with: "weight: \(weights[1])  #")
        try folder.write("demo4-vs.yaml", text)
    }

    private func followWeights() {
        let (route, name) = (self.route, self.route.name)
        cluster.server.observe { [weak self] change in
            guard change.kind == route.kind, change.name == name, let self else { return }
            // Asked on a thread of its own: the observer runs inside the server.
            Thread.detachNewThread { [weak self] in
                guard let self else { return }
                let weights = self.weights
                if weights.count == 2, !weights.contains(-1) { try? self.obey(weights) }
            }
        }
    }

    /// Shows every page as callers would: series of the rule under its tag, and others under another tag beside them.
    func tagPages(route: String, decoy: String) {
        pages.withLock { $0?.tag(route: route, decoy: decoy) }
    }

    private func servePages(_ targets: [String]) {
        let stable = Array(targets.prefix(8))
        let canary = Array(targets.dropFirst(8))
        let (v1, v2) = (cluster.pods(.stable), cluster.pods(.canary))
        let known = Dictionary(uniqueKeysWithValues: Array(zip(v1, stable)) + Array(zip(v2, canary)))
        let pages = PodPages(known)
        self.pages.withLock { $0 = pages }
        cluster.server.setPodHandler { request in pages.answer(request) }
    }
}

/// The pages of the lab's pods; those that the mesh does not have show no traffic.
private final class PodPages: Sendable {
    private let known: [String: String]
    private let tags = Mutex<(route: String, decoy: String)?>(nil)

    init(_ known: [String: String]) {
        self.known = known
    }

    func tag(route: String, decoy: String) { tags.withLock { $0 = (route, decoy) } }

    func answer(_ request: PodRequest) -> PodAnswer {
        guard let url = known[request.pod].flatMap({ URL(string: $0) }) else {
            return PodAnswer("# TYPE istio_build gauge\nistio_build{component=\"proxy\",tag=\"1.32.0\"} 1\n")
        }
        guard let page = try? Data(contentsOf: url) else { return PodAnswer(code: 502, "the pod does not answer\n") }
        guard let (route, decoy) = tags.withLock({ $0 }) else { return PodAnswer(body: page) }
        return PodAnswer(Self.tagged(String(decoding: page, as: UTF8.self), route, decoy))
    }

    /// Series as callers show them, each a second time with ten times the count under the other rule's name.
    private static func tagged(_ page: String, _ route: String, _ decoy: String) -> String {
        page.split(separator: "\n").flatMap { line -> [String] in
            guard line.hasPrefix("istio_re"), line.contains("reporter=\"destination\"") else { return [String(line)] }
            let caller = String(line).replacing("reporter=\"destination\"", with: "reporter=\"source\"")
            let mine = caller.replacing("{", with: "{route_name=\"\(route)\",", maxReplacements: 1)
            let other = caller.replacing("{", with: "{route_name=\"\(decoy)\",", maxReplacements: 1)
            return [mine, other + "0"]
        }.joined(separator: "\n") + "\n"
    }
}

extension JSONValue {
    /// The document's `spec` with another value at a path of keys and indices.
    func replacing(_ path: [String], _ value: JSONValue) -> JSONValue {
        func replaced(_ node: JSONValue, _ rest: ArraySlice<String>) -> JSONValue {
            guard let key = rest.first else { return value }
            switch node {
            case .object(var members):
                members[key] = replaced(members[key] ?? .null, rest.dropFirst())
                return .object(members)
            case .array(var items):
                guard let index = Int(key), items.indices.contains(index) else { return node }
                items[index] = replaced(items[index], rest.dropFirst())
                return .array(items)
            default:
                return replaced(.object([:]), rest)
            }
        }
        return replaced(self, (["spec"] + path)[...])
    }
}
