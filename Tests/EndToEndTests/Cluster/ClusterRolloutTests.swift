import CanaryTestKit
import CanaryYAML
import Foundation
import Glibc
import Testing

/// Rollouts of the real binary through an API server, from the kubeconfig to the patches that arrived.
@Suite(.serialized) struct ClusterRolloutTests {
    @Test(
        "a good release is promoted through the API, with only the two weights changed in the object",
        .timeLimit(.minutes(4)),
        arguments: [DemoRoute.virtualService, .httpRoute]
    )
    func promotes(route: DemoRoute) async throws {
        let lab = try await ClusterLab.make(route, scenario: "healthy")
        let result = try await lab.run(["run", try lab.spec()])

        let run = try result.json(RunResult.self)
        #expect(run.outcome == "promoted", "\(run.detail) \(run.reason)\n\(result.talk.suffix(3000))")
        #expect(result.ending == .exited(0))
        #expect(lab.weights == [0, 100])
        #expect(run.route.contains("test1/\(route.name)") && run.route.contains("context 'double'"), "\(run.route)")
        try Self.checkWrites(lab, weights: [[75, 25], [50, 50], [0, 100]])
    }

    @Test(
        "a bad release is rolled back through the API",
        .timeLimit(.minutes(4)),
        arguments: [DemoRoute.virtualService, .httpRoute]
    )
    func rollsBack(route: DemoRoute) async throws {
        let lab = try await ClusterLab.make(route, scenario: "errors")
        let result = try await lab.run(["run", try lab.spec()])

        let run = try result.json(RunResult.self)
        #expect(run.outcome == "rolledBack", "\(run.detail) \(run.reason)\n\(result.talk.suffix(3000))")
        #expect(result.ending == .exited(2))
        #expect(lab.weights == [100, 0])
        try Self.checkWrites(lab, weights: [[75, 25], [100, 0]])
        // What was rolled back is not tried again unless somebody says so.
        let again = try await lab.run(["run", try lab.spec()], as: "again")
        #expect(again.ending == .exited(3))
        #expect(
            again.talk.contains("was rolled back by the run") && again.talk.contains("haldane retry"),
            "\(again.talk)"
        )
        let retry = try await lab.run(["retry", try lab.spec(), "--reason", "the database was the cause"], as: "retry")
        #expect(try retry.json(RunResult.self).outcome == "rolledBack", "\(retry.talk.suffix(2000))")
    }

    @Test(
        "a route found at 90/10 goes on from there: a good release up, a bad one back",
        .timeLimit(.minutes(4)),
        arguments: [("healthy", [0, 100], Int32(0)), ("errors", [100, 0], 2)]
    )
    func foundHalfway(scenario: String, weights: [Int], code: Int32) async throws {
        let lab = try await ClusterLab.make(scenario: scenario, weights: [90, 10])

        let result = try await lab.run(["run", try lab.spec()], settings: ["steps=[10%,50%,100%]"])

        #expect(result.ending == .exited(code), "\(result.talk.suffix(3000))")
        #expect(lab.weights == weights)
        #expect(lab.object["metadata"]?["labels"] == lab.original["metadata"]?["labels"])
    }

    @Test(
        "the cookie rule is refused as not comparable, with the resource to paste, and nothing is written",
        .timeLimit(.minutes(2))
    )
    func cookie() async throws {
        let lab = try await ClusterLab.make(.cookieVirtualService, scenario: "healthy", weights: [50, 50])
        let spec = try lab.spec(route: "    rule: { index: 0 }\n")
        let run = try await lab.run(["run", spec])

        #expect(run.ending == .exited(3))
        #expect((run.talk + run.output).contains("notComparable"), "\(run.output)")
        let check = try await lab.run(["validate", spec, "--connect"], as: "validate")
        #expect(check.ending == .exited(3))
        #expect(check.output.contains("canary-route-tags"), "\(check.output)")
        #expect(lab.patches.isEmpty && lab.object == lab.original)
    }

    @Test("with route tags the cookie rule is promoted, and the public rule stays as it is", .timeLimit(.minutes(4)))
    func taggedCookie() async throws {
        let lab = try await ClusterLab.make(
            .cookieVirtualService,
            scenario: "healthy",
            canaryPods: 8,
            weights: [50, 50]
        )
        lab.tagPages(route: "staff", decoy: "public")
        let telemetry =
            "{ reporter: source, match: { route_name: staff }, "
            + "scrape: { pods: { via: apiServer, selector: app=demo4 } } }"
        let result = try await lab.run(["run", try lab.spec(telemetry, route: "    rule: { index: 0 }\n")])

        let run = try result.json(RunResult.self)
        #expect(run.outcome == "promoted", "\(run.detail) \(run.reason)\n\(result.talk.suffix(3000))")
        #expect(lab.weights == [0, 100])
        #expect(lab.object["spec"]?["http"]?[1] == lab.original["spec"]?["http"]?[1])
        try Self.checkWrites(lab, weights: [[0, 100]])
    }

    @Test(
        "a run that was killed is taken up by the same command in its own cluster, and in no other",
        .timeLimit(.minutes(4))
    )
    func killed() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        let spec = try lab.spec()
        // Without a program around it, so that the kill reaches the run itself.
        let first = try lab.start(["run", spec], through: [])
        #expect(try await lab.waitForWeights([75, 25]), "\(first.talk.suffix(2000))")
        first.signal(SIGKILL)
        let ending = try await Patience.blocking { try first.wait() }.ending
        #expect(ending == .killed(by: SIGKILL))

        let other = try ClusterFixture()
        let elsewhere = try TestFolder()
        let kubeconfig = try other.writeKubeconfig(in: elsewhere.path)
        let arguments = ["run", spec, "--kubeconfig", kubeconfig] + QuickPace.arguments
        let wrong = try Haldane(arguments, in: lab.folder, as: "wrong")
        let refused = try await Patience.blocking { try wrong.wait() }
        #expect(refused.ending == .exited(3))
        #expect(refused.talk.contains("name its cluster with --context"), "\(refused.talk)")
        #expect(other.server.view.requests("patch", .virtualServices).isEmpty)
        #expect(lab.weights == [75, 25])

        let result = try await lab.run(["run", spec], as: "again")
        #expect(try result.json(RunResult.self).outcome == "promoted", "\(result.talk.suffix(3000))")
        #expect(lab.weights == [0, 100])
        let accepted = lab.patches.filter { $0.code == 200 && $0.query["dryRun"] == nil }
        #expect(accepted.count == 3, "no step is written twice: \(accepted)")
    }

    /// Each patch replaces the resourceVersion and the two weights, and the object differs in nothing else; the route was
    /// listed once and watched, not polled.
    private static func checkWrites(_ lab: ClusterLab, weights: [[Int]]) throws {
        let accepted = lab.patches.filter { $0.code == 200 && $0.query["dryRun"] == nil }
        #expect(accepted.count == weights.count, "\(lab.patches)")
        for (patch, wanted) in zip(accepted, weights) {
            let operations = patch.json?.items ?? []
            let written = operations.dropFirst().compactMap { $0["value"]?.integer }
            #expect(written == wanted, "\(operations)")
            #expect(operations.first?["path"]?.string == "/metadata/resourceVersion")
            #expect(
                operations.dropFirst().allSatisfy { $0["path"]?.string?.hasSuffix("/weight") == true },
                "\(operations)"
            )
            #expect(patch.query["fieldManager"] == "haldane" && patch.query["fieldValidation"] == "Strict")
        }
        let list = lab.route.kind == .virtualServices ? "http" : "rules"
        let entries = lab.route.kind == .virtualServices ? "route" : "backendRefs"
        var expected = lab.original
        for (index, weight) in (weights.last ?? []).enumerated() {
            expected = expected.replacing([list, "0", entries, "\(index)", "weight"], .integer(Int64(weight)))
        }
        #expect(lab.object["spec"] == expected["spec"])
        #expect(lab.object["metadata"]?["annotations"] == lab.original["metadata"]?["annotations"])

        let view = lab.cluster.server.view
        let watches = view.requests("watch", lab.route.kind).count
        #expect(watches >= 1 && watches <= 4, "\(watches) watches")
        #expect(view.requests("get", lab.route.kind).count <= 6)
        #expect(view.requests("list", .pods).count <= 4)
        #expect(view.requests("create", .events).count >= 1, "decisions are told as events")
    }
}
