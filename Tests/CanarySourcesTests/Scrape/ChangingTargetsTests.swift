import CanaryCore
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Testing

@Suite("ScrapeSource with targets that change", .timeLimit(.minutes(1)))
struct ChangingTargetsTests {
    private static func spec(timeout: Duration = .seconds(5)) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(pods: PodScrape(), timeout: timeout)
        )
    }

    /// Observes one round for each entry, after the targets were changed by it.
    private static func rounds(
        roles: Roles = .asNamed,
        _ changes: [(ChangingTargets) -> Void]
    ) async -> [Window] {
        let client = HTTPClient()
        let targets = ChangingTargets()
        let source = ScrapeSource(spec: spec(), roles: roles, client: client, targets: targets)
        var windows: [Window] = []
        for change in changes {
            change(targets)
            windows.append(await source.observe(seconds: 5))
        }
        await client.shutdown()
        return windows
    }

    @Test("pods come and go without a fault, and are asked only while they are there")
    func comeAndGo() async throws {
        let pods = try PodPages()
        let windows = await Self.rounds([
            { $0.set([pods.target("s-0")]) },
            { $0.set([pods.target("s-0"), pods.target("c-0")]) },
            { _ in },
            { $0.set([pods.target("s-0")]) },
        ])

        #expect(windows.map(\.stableTotal) == [0, 10, 10, 10])
        #expect(windows.map(\.canaryTotal) == [0, 0, 10, 0])
        #expect(windows.dropFirst().allSatisfy { $0.quality.unusable == nil && $0.quality.faults.isEmpty })
        #expect(pods.scrapes(of: "c-0") == 2)
    }

    @Test("a pod whose name came back with another uid begins anew")
    func renamed() async throws {
        let pods = try PodPages()
        let windows = await Self.rounds([
            { $0.set([pods.target("s-0"), pods.target("c-0")]) }, { _ in },
            { $0.set([pods.target("s-0"), pods.target("c-0", uid: "2")]) }, { _ in },
        ])

        #expect(windows.map(\.canaryTotal) == [0, 10, 0, 10])
        #expect(windows.allSatisfy { $0.quality.restarts.isEmpty && $0.quality.faults.isEmpty })
    }

    @Test("a refusal of a pod that is not ready is no fault; of a ready one it is the canary's")
    func refusals() async throws {
        let pods = try PodPages()
        let windows = await Self.rounds([
            { $0.set([pods.target("s-0"), pods.target("c-0", mustAnswer: false, isReachable: false)]) }, { _ in },
            { $0.set([pods.target("s-0"), pods.target("c-0", isReachable: false)]) },
        ])

        #expect(windows[1].quality == WindowQuality())
        #expect(windows[2].quality.faults.map(\.pod) == ["c-0"])
        #expect(windows[2].quality.faults.map(\.side) == [.canary])
        #expect(windows[2].quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
    }

    @Test("a pod that went away or began to end while it was asked has not failed")
    func goneMeanwhile() async throws {
        let pods = try PodPages()
        let (stable, failing) = (pods.target("s-0"), pods.target("c-0", isReachable: false))
        let windows = await Self.rounds([
            { $0.set([stable]) },
            { $0.set(sequence: [[stable, failing], [stable]]) },
            { $0.set(sequence: [[stable, failing], [stable, pods.target("c-0", mustAnswer: false)]]) },
            { $0.set(sequence: [[stable, failing], [stable, pods.target("c-0", uid: "2")]]) },
        ])

        #expect(windows.dropFirst().allSatisfy { $0.quality == WindowQuality() })
    }

    @Test("exchanged roles exchange the sides that the targets are known to have")
    func exchanged() async throws {
        let pods = try PodPages()
        let windows = await Self.rounds(
            roles: .exchanged,
            [
                { $0.set([pods.target("s-0", isReachable: false), pods.target("c-0")]) }, { _ in },
            ]
        )

        #expect(windows[1].quality.faults.map(\.side) == [.canary])
        #expect(windows[1].stableTotal == 10)
    }

    @Test("what is wrong with the list is among the faults, and an empty list is no traffic")
    func listFaults() async throws {
        let pods = try PodPages()
        let fault = PodFault(pod: "(cluster)", side: .unknown, label: "other", message: "the list is old")
        let windows = await Self.rounds([
            { $0.set([pods.target("s-0")]) }, { $0.set([pods.target("s-0")], faults: [fault]) },
            { $0.set([], faults: [fault]) },
        ])

        #expect(windows[1].quality.faults == [fault])
        #expect(windows[1].quality.unusable == nil)
        #expect(windows[2].quality.faults == [fault])
        #expect(windows[2].quality.unusable == .nothingScraped)
    }

    @Test("an obstacle to a request is its pod's fault")
    func obstacle() async throws {
        let pods = try PodPages()
        let blocked = ScrapeTarget(
            name: "c-0",
            request: HTTPRequest(url: ""),
            obstacle: "no credentials",
            side: .canary
        )
        let windows = await Self.rounds([{ $0.set([pods.target("s-0"), blocked]) }, { _ in }])

        #expect(windows[1].quality.faults.map(\.message) == ["no credentials"])
    }

    @Test("a workload of the same name in another namespace is not counted")
    func otherNamespace() async throws {
        let pods = try PodPages()
        let client = HTTPClient()
        var spec = Self.spec()
        spec.namespace = "other"
        let source = ScrapeSource(
            spec: spec,
            roles: .asNamed,
            client: client,
            targets: ChangingTargets([pods.target("s-0")])
        )
        _ = await source.observe(seconds: 5)
        let window = await source.observe(seconds: 5)
        await client.shutdown()

        #expect(window.stableTotal == 0)
        #expect(window.quality.unusable == .noIstioSeries)
    }

    @Test("large pages are read one after another within the round's budget, and one beyond it is named")
    func budget() async throws {
        let filler = String(repeating: "# \(String(repeating: "x", count: 97))\n", count: 3000)
        let server = try HostileServer { request in
            let body = request.target == "/endless" ? String(repeating: filler, count: 8) : filler
            return [.send(HostileServer.answer(body: body + "envoy_server_live{} 1\n"))]
        }
        let targets = (0..<8).map { index in
            ScrapeTarget(name: "s-\(index)", request: HTTPRequest(url: server.url("/\(index)")), side: .stable)
        }
        let endless = ScrapeTarget(name: "s-x", request: HTTPRequest(url: server.url("/endless")), side: .stable)
        let client = HTTPClient()
        let source = ScrapeSource(
            spec: Self.spec(timeout: .seconds(10)),
            roles: .asNamed,
            client: client,
            targets: ChangingTargets(targets + [endless]),
            roundBytes: 1_000_000
        )
        let window = await source.observe(seconds: 5)
        await client.shutdown()

        #expect(window.quality.faults.map(\.pod) == ["s-x"])
        #expect(window.quality.faults.map(\.label) == ["too-large"])
        #expect(window.quality.faults.first?.message.contains("all pages of a round") == true)
    }
}
