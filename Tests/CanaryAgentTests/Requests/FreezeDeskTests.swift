import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FreezeDeskTests {
    private func withDesk(
        _ body: (FreezeDesk, FakeAPIServer) async throws -> Void
    ) async throws {
        let server = try FakeAPIServer()
        defer { server.stop() }
        server.acceptWithoutToken(as: "alice")
        try server.apply(json: #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#)
        let http = HTTPClient()
        let desk = FreezeDesk(
            client: KubernetesClient(connection: ClusterConnection(server: server.url()), http: http),
            id: "a1b2c3d4",
            at: Timestamp(milliseconds: 1_780_000_000_000)
        )
        do {
            try await body(desk, server)
        } catch {
            await http.shutdown()
            throw error
        }
        await http.shutdown()
    }

    private func policy(_ server: FakeAPIServer) -> JSONValue? {
        server.view.object(.canaryPolicies, "default", in: "shop")
    }

    private func freeze(_ reason: String, until: String? = nil) -> CanaryPolicy.Freeze {
        CanaryPolicy.Freeze(reason: reason, until: until.flatMap { Timestamp(iso8601: $0) }, by: "alice")
    }

    @Test("a freeze makes the policy if there is none, and the policy reads it back")
    func freezes() async throws {
        try await withDesk { desk, server in
            let result = try await desk.freeze(
                "shop",
                freeze("audit", until: "2026-12-27T08:00:00Z"),
                scope: .namespace("shop")
            )

            let stored = try #require(policy(server))
            #expect(try PolicyDocument.decode(stored).policy.freeze == freeze("audit", until: "2026-12-27T08:00:00Z"))
            #expect(
                result.message
                    == "namespace shop is frozen until Sun 2026-12-27 08:00 UTC or `haldane freeze -n shop --lift --reason WHY`: "
                    + "nothing begins or steps up, rollbacks go on"
            )
        }
    }

    @Test("a freeze replaces an older one with its end, says so, and leaves the rest of the policy alone")
    func replaces() async throws {
        try await withDesk { desk, server in
            try server.apply(
                json: """
                    {"apiVersion":"haldane.dev/v1","kind":"CanaryPolicy","metadata":{"name":"default","namespace":"shop",
                     "labels":{"kustomize.toolkit.fluxcd.io/name":"apps"}},
                     "spec":{"maxConcurrent":3,"freeze":{"reason":"old","until":"2026-12-27T08:00:00Z","by":"bob"}}}
                    """
            )
            let result = try await desk.freeze("shop", freeze("incident 4711"), scope: .namespace("shop"))

            let stored = try PolicyDocument.decode(try #require(policy(server))).policy
            #expect(stored.freeze == freeze("incident 4711") && stored.maxConcurrent == 3)
            #expect(result.warnings.count == 2)
            #expect(result.warnings.first == "it was frozen by bob before: old")
            #expect(result.warnings.last?.hasPrefix("Flux applies this policy") == true)
        }
    }

    @Test("a lift takes the freeze away and tells the agent which brakes to lift")
    func lifts() async throws {
        try await withDesk { desk, server in
            let none = try await desk.lift("shop", by: "alice", reason: "", scope: .namespace("shop"))
            #expect(none.message.contains("is not frozen"))

            var brakes = FleetBrakes()
            let start = Timestamp(milliseconds: 1_780_000_000_000)
            for number in 0..<2 {
                _ = brakes.ended(
                    ReleaseMemory.LastRun(
                        id: "r\(number)",
                        release: nil,
                        roles: .asNamed,
                        outcome: .rolledBack(Reason("errors", "worse"), .proved),
                        startedAt: start,
                        endedAt: start
                    ),
                    of: CanaryKey(namespace: "shop", name: "c\(number)"),
                    brakes: .init(rollbacks: 1),
                    scope: .namespace("shop"),
                    at: start
                )
            }
            let status = BrakesStatus(brakes, scope: .namespace("shop")).json
            #expect(BrakesStatus.brakes(in: .object(["brakes": status])) == brakes)
            try server.apply(
                .object([
                    "apiVersion": "haldane.dev/v1", "kind": "CanaryPolicy",
                    "metadata": .object(["name": "default", "namespace": "shop"]),
                    "spec": .object(["freeze": .object(["reason": "audit"]), "brakes": .object(["rollbacks": 1])]),
                    "status": .object(["brakes": status]),
                ])
            )

            let result = try await desk.lift("shop", by: "alice", reason: "DNS is back", scope: .namespace("shop"))

            let stored = try #require(policy(server))
            #expect(stored["spec"]?["freeze"] == nil && stored["spec"]?["brakes"] != nil)
            let annotations = try #require(stored["metadata"]?["annotations"]?.strings)
            let lift = try #require(FleetBrakes.Lift(annotations: annotations))
            #expect(result.liftedBrakes == lift.mark)
            #expect(
                brakes.lift(lift, at: start.advanced(by: .seconds(60)))?.reason.text.contains("by alice: DNS is back")
                    == true
            )
            #expect(brakes.engaged == nil)
        }
    }

    @Test("a lift says what holds in other scopes, and with which command that is lifted")
    func otherScopes() async throws {
        try await withDesk { desk, server in
            for (place, by) in [("haldane-system", "bob"), ("shop", "alice")] {
                try server.apply(
                    json: """
                        {"apiVersion":"haldane.dev/v1","kind":"CanaryPolicy","metadata":{"name":"default","namespace":"\(place)"},
                         "spec":{"freeze":{"reason":"audit","by":"\(by)"}}}
                        """
                )
            }

            let first = try await desk.lift("shop", by: "alice", reason: "", scope: .namespace("shop"))
            let again = try await desk.lift("shop", by: "alice", reason: "", scope: .namespace("shop"))
            let cluster = "the cluster is frozen by bob until `haldane freeze --all --lift --reason WHY`: audit"
            #expect(first.message == "namespace shop: the freeze is lifted; still, \(cluster)")
            #expect(again.message == "namespace shop is not frozen, and no brakes of its own hold; but \(cluster)")

            let frozen = try await desk.freeze("shop", freeze("audit"), scope: .namespace("shop"))
            _ = try await desk.lift("haldane-system", by: "alice", reason: "", scope: .cluster)
            let none = try await desk.lift("haldane-system", by: "alice", reason: "", scope: .cluster)
            let command = "`haldane freeze -n shop --lift --reason WHY`"
            #expect(frozen.message.contains("is frozen until \(command)"))
            #expect(none.message.hasSuffix("hold; but namespace shop is frozen by alice until \(command): audit"))
        }
    }

    @Test("a request that is no lift lifts nothing")
    func otherRequests() {
        let lift = FleetBrakes.Lift(mark: "2026-05-28T20:26:40Z", by: "alice", reason: "DNS is back")
        var annotations: [String: String] = [:]
        for (name, text) in lift.members(id: "a1b2c3d4", at: Timestamp(milliseconds: 0)) {
            annotations[RequestAnnotations.prefix + name] = text
        }
        #expect(FleetBrakes.Lift(annotations: annotations) == lift)

        annotations[RequestAnnotations.prefix + "verb"] = "unfreeze"
        #expect(FleetBrakes.Lift(annotations: annotations) == nil)
        #expect(FleetBrakes.Lift(annotations: [:]) == nil)
    }
}
