import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryRouting
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Measuring
import SyntheticTraffic

/// The demo service behind an API server double on loopback, and what a run in a cluster is made of.
struct ClusterRig {
    let cluster: ClusterFixture
    let route: KubernetesRouteStore
    let pods: PodDirectory
    private let client: KubernetesClient
    private let http: HTTPClient
    private let mirror: ObjectMirror
    private let folder: URL

    private static let host = "demo4.test1.svc.cluster.local"
    private static let name = DemoRoute.virtualService.name

    static let spec = CanarySpec(
        name: "demo4",
        namespace: ClusterFixture.namespace,
        route: RouteSpec(
            object: name,
            stable: DestinationSpec(host: host, subset: "v1"),
            canary: DestinationSpec(host: host, subset: "v2")
        ),
        telemetry: TelemetrySpec(targets: ["http://127.0.0.1:15020/stats/prometheus"]),
        steps: [20, 100],
        pace: Pace(
            interval: .seconds(5),
            history: .seconds(150),
            settle: .seconds(10),
            warmup: .zero,
            deadline: .seconds(86_400),
            bake: .zero
        )
    )

    /// Starts the server and opens the watches that a run needs; its files lie in `folder`.
    static func open(in folder: URL) async throws -> ClusterRig {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = ClusterFixture.Configuration()
        configuration.routes = [.virtualService]
        let cluster = try ClusterFixture(configuration)
        // Past the API, so that every request is the run's.
        try cluster.server.change(
            .virtualServices,
            name,
            in: spec.namespace,
            patch: """
                [{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": 100},
                 {"op": "replace", "path": "/spec/http/0/route/1/weight", "value": 0}]
                """
        )
        let connection = try ClusterConnection.resolve(
            kubeconfig: try cluster.writeKubeconfig(in: folder.path),
            context: nil,
            environment: [:]
        )
        let http = connection.makeHTTPClient()
        let client = KubernetesClient(connection: connection, http: http)
        let resource = try await client.served(.virtualServices)
        let object = try await client.get(resource, namespace: spec.namespace, name: name)
        let pods = try await PodDirectory.open(spec: spec, route: object, client: client)
        let mirror = ObjectMirror(client: client, resource: resource, namespace: spec.namespace, name: name)
        try await mirror.start()
        let route = KubernetesRouteStore(
            client: client,
            resource: resource,
            selection: RouteSelection(spec.route, namespace: spec.namespace),
            mirror: mirror
        )
        return ClusterRig(
            cluster: cluster,
            route: route,
            pods: pods,
            client: client,
            http: http,
            mirror: mirror,
            folder: folder
        )
    }

    func close() async {
        await pods.close()
        await mirror.stop()
        await http.shutdown()
    }

    /// Runs a driver from history that it is given to its end, with a journal on disk.
    ///
    /// - Parameters:
    ///   - rounds: after which it is interrupted; nil lets it come to its own end.
    func run(
        _ name: String,
        _ story: Story,
        requestsPerSecond: Double = 300,
        rounds: Int? = nil,
        seed: UInt64,
        stopwatch: RollbackStopwatch
    ) async throws -> RolloutDriver.End {
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        let profile = TrafficProfile(
            requestsPerSecond: requestsPerSecond,
            stablePods: 8,
            canaryPods: 2,
            intervalSeconds: 5
        )
        var generator = WindowGenerator(profile: profile, story: story, seed: seed)
        let history = (0..<60).map { number in
            TimedWindow(
                at: start.advanced(by: .seconds(5 * number - 300)),
                window: generator.next(canaryShare: 0)
            )
        }
        let traffic = Traffic(generator: generator)
        let header = RunHeader(
            version: "bench",
            run: name,
            startedAt: start,
            spec: Self.spec,
            roles: .asNamed,
            place: "\(ClusterFixture.namespace)/\(Self.name)"
        )
        let writer = try JournalDirectory(path: folder.appending(path: "journal").path)
            .create(runID: name, header: try JournalCodec().encode(header))
        let inbox = RunInbox()
        var driver = RolloutDriver(
            header: header,
            state: RunState(header: header),
            source: TimedTelemetry(
                stopwatch: stopwatch,
                source: ScriptedTelemetry { round in
                    if let rounds, round + 1 >= rounds { inbox.send(.interrupt("enough")) }
                    return await traffic.next(canaryPercent: stopwatch.canaryPercent)
                }
            ),
            store: TimedRoute(stopwatch: stopwatch, store: route),
            population: pods,
            journal: TimedJournal(stopwatch: stopwatch, journal: RunJournal(writer: writer)),
            clock: ManualRunClock(start: start),
            observer: RecordingObserver(),
            inbox: inbox
        )
        let end = await driver.run(recalled: history)
        try await writer.close()
        return end
    }

    /// Sets the weights by a patch of its own, on the connection that the run's patches take; seconds until the answer.
    func patch(_ weights: [Int]) async throws -> Double {
        guard let object = await mirror.object(named: Self.name, namespace: Self.spec.namespace) else {
            throw Arguments.Fault(description: "the mirror has lost \(Self.name)")
        }
        var operations = [
            JSONPatchOperation(.replace, "/metadata/resourceVersion", .string(object.resourceVersion))
        ]
        for (index, weight) in weights.enumerated() {
            operations.append(
                JSONPatchOperation(.replace, "/spec/http/0/route/\(index)/weight", .integer(Int64(weight)))
            )
        }
        let start = ContinuousClock.now
        let answer = try await client.patch(
            route.resource,
            namespace: Self.spec.namespace,
            name: Self.name,
            operations
        )
        let seconds = start.duration(to: .now).inSeconds
        await mirror.note(answer)
        return seconds
    }

    /// A GET of the route; seconds until the answer.
    func get() async throws -> Double {
        let start = ContinuousClock.now
        _ = try await client.get(route.resource, namespace: Self.spec.namespace, name: Self.name)
        return start.duration(to: .now).inSeconds
    }
}

/// The windows of one run, one after the other.
private actor Traffic {
    private var generator: WindowGenerator

    init(generator: WindowGenerator) {
        self.generator = generator
    }

    func next(canaryPercent: Double) -> Window { generator.next(canaryShare: canaryPercent / 100) }
}
