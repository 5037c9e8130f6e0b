import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("A canary that leaves things out, completed from a cluster", .timeLimit(.minutes(1)))
struct CanaryCompletionTests {
    private static let threeLines = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: shop, namespace: test1 }

        """

    private static func complete(_ rig: AgentRig, _ text: String = Self.threeLines) async throws -> CanaryCompletion {
        let desk = CanaryDesk(client: rig.client, agentNamespace: AgentRig.agentNamespace, now: { rig.now })
        return try await CanaryCompletion.make(of: text, file: "shop.yaml", sets: [], at: desk)
    }

    @Test("three lines are completed as the agent does it, and each inferred value is told with where it comes from")
    func threeLines() async throws {
        let rig = try AgentRig("shop")
        let completion = try await Self.complete(rig)
        let spec = completion.composed.decoded.spec
        await rig.stop()

        #expect(spec.route.object == "shop")
        #expect([spec.route.stable.subset, spec.route.canary.subset] == ["v1", "v2"])
        #expect(spec.steps == [20, 100])
        let sentences = completion.findings.map(\.sentence)
        #expect(completion.findings.allSatisfy { $0.severity == .info }, "\(sentences)")
        #expect(sentences.contains("route.virtualService = shop, inferred from the canary's name"), "\(sentences)")
        #expect(sentences.contains { $0.hasPrefix("route.canary.subset = v2, inferred from ") }, "\(sentences)")
        #expect(sentences.contains { $0.contains("cluster policy") && $0.contains("steps = ") }, "\(sentences)")
    }

    @Test("where there is no such route the fault names what is there")
    func noRoute() async throws {
        let rig = try AgentRig("shop")
        let other = Self.threeLines.replacing("shop", with: "ship") + "spec: { route: { virtualService: ship } }\n"
        let error = await #expect(throws: SpecError.self) { try await Self.complete(rig, other) }
        await rig.stop()

        #expect(error?.description.contains("did you mean 'shop'?") == true, "\(error?.description ?? "")")
    }

    @Test("a policy that cannot be read refuses, because an agent raises nothing under it")
    func brokenPolicy() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.server.change(.canaryPolicies, "default", in: AgentRig.agentNamespace) { object in
            guard case .object(var members) = object else { return }
            members["spec"] = ["defaults": ["telemetry": ["scrape": ["pods": ["via": "smoke"]]]]]
            object = .object(members)
        }
        let completion = try await Self.complete(rig)
        await rig.stop()

        let refused = completion.findings.filter { $0.severity == .refuse }.map(\.sentence)
        #expect(refused.count == 1, "\(completion.findings.map(\.sentence))")
        #expect(refused.first?.contains("nothing is raised there until it is mended") == true, "\(refused)")
    }

    @Test(
        "only what `haldane run` would refuse for being left out is completed",
        arguments: [
            ("", true), ("spec: {}\n", true), ("spec: { steps: [5%] }\n", true),
            ("spec: { route: { rule: { index: 0 } } }\n", true),
            ("spec: { route: { virtualService: a } }\n", true),
            ("spec: { route: { virtualService: a }, telemetry: { profile: mesh } }\n", true),
            ("spec: { route: { virtualService: a }, telemetry: { scrape: { pods: {} } } }\n", false),
            ("spec: { route: { file: a.yaml } }\n", false), ("spec: 7\n", false), ("---\na: 1\n", false),
            ("a: [\n", false),
        ]
    )
    func detection(rest: String, isCompleted: Bool) {
        #expect(CanaryCascade.isCompletedInCluster(Self.threeLines + rest) == isCompleted)
    }
}
