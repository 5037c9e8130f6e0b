import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// What is wrong between a run and its cluster from the start, and pods that are missing: each with a message that says what to do.
@Suite(.serialized) struct ClusterTroubleTests {
    /// Trouble that is there from the start: refused with 3, nothing written.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What the message must name.
        var names: [String]
        var prepare: @Sendable (ClusterLab) throws -> Void
    }

    static let refusals = [
        Refusal(
            testDescription: "an expired token",
            names: ["get virtualservices", "namespace 'test1'", "context 'double'", "credentials", "log in again"]
        ) { lab in
            lab.cluster.server.expire(token: FakeAPIServer.token)
        },
        Refusal(testDescription: "a forbidden patch", names: ["patch", "virtualservices", "test1", "verbs"]) { lab in
            lab.cluster.server.permit([
                AccessRule(groups: ["*"], resources: ["*"], verbs: ["get", "list", "watch", "create"])
            ])
        },
        Refusal(testDescription: "forbidden pods", names: ["list pods", "list endpointslices", "test1", "apiGroups"]) {
            lab in
            lab.cluster.server.permit([
                AccessRule(groups: ["networking.istio.io"], resources: ["*"], verbs: ["*"]),
                AccessRule(groups: ["authorization.k8s.io"], resources: ["*"], verbs: ["*"]),
            ])
        },
        Refusal(testDescription: "a missing CRD", names: ["networking.istio.io"]) { lab in
            lab.cluster.server.serve(.virtualServices, versions: [])
        },
        Refusal(testDescription: "an object that is not there", names: ["demo4-vs", "test1"]) { lab in
            lab.cluster.server.delete(.virtualServices, "demo4-vs", in: ClusterFixture.namespace)
        },
        Refusal(testDescription: "a route that Flagger owns", names: ["Flagger", "demo4"]) { lab in
            try lab.cluster.server.change(.virtualServices, "demo4-vs", in: ClusterFixture.namespace, as: "flagger") {
                object in
                var metadata = object["metadata"]?.members ?? [:]
                metadata["ownerReferences"] = [
                    [
                        "apiVersion": "flagger.app/v1beta1", "kind": "Canary", "name": "demo4", "uid": "1",
                        "controller": true,
                    ]
                ]
                object = .object((object.members ?? [:]).merging(["metadata": .object(metadata)]) { $1 })
            }
        },
    ]

    @Test(
        "ends refused before anything is written, and says what to grant or change",
        .timeLimit(.minutes(2)),
        arguments: refusals
    )
    func refused(refusal: Refusal) async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        try refusal.prepare(lab)

        let result = try await lab.run(["run", try lab.spec()])

        #expect(result.ending == .exited(3), "\(result.talk)")
        for name in refusal.names { #expect(result.talk.contains(name), "'\(name)' in \(result.talk)") }
        #expect(!result.talk.contains(FakeAPIServer.token))
        #expect(lab.patches.allSatisfy { $0.code != 200 })
    }

    @Test("a server with another authority's certificate is refused", .timeLimit(.minutes(2)))
    func wrongAuthority() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        let certificates = try TestCertificates()
        let relay = try TLSRelay(to: lab.cluster.server.port, certificates: certificates)
        for (authority, code) in [(certificates.authority, Int32(0)), (certificates.otherAuthority, 3)] {
            _ = try lab.cluster.writeKubeconfig(
                in: lab.folder.path,
                server: "https://localhost:\(relay.port)",
                authority: authority
            )
            let result = try await lab.run(["validate", try lab.spec(), "--connect"], as: "validate")
            #expect(result.ending == .exited(code), "\(result.talk) \(result.output)")
            if code != 0 { #expect(result.talk.contains("certificate"), "\(result.talk)") }
        }
    }

    @Test("a patch that is answered 200 and changes nothing is not taken for a step", .timeLimit(.minutes(3)))
    func nothingChanged() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        lab.cluster.server.inject(Fault(.changeNothing, on: ["patch"], kind: .virtualServices, times: nil))

        let result = try await lab.run(["run", try lab.spec()])

        #expect(result.ending == .exited(3) || result.ending == .exited(1), "\(result.talk.suffix(2000))")
        #expect((result.talk + result.output).contains("changed nothing"), "\(result.talk.suffix(2000))")
        #expect(lab.weights == [100, 0])
    }

    @Test(
        "a canary without ready pods holds the run before its first step, with the command to run",
        .timeLimit(.minutes(3))
    )
    func noCapacity() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy", canaryPods: 2)
        try lab.cluster.setReady(false, .canary)

        let result = try await lab.run(["run", try lab.spec()])

        let run = try result.json(RunResult.self)
        #expect(run.detail == "held(capacity)", "\(run.detail) \(run.reason)")
        #expect(run.reason.contains("kubectl -n test1"), "\(run.reason)")
        #expect(lab.patches.isEmpty)
    }

    @Test(
        "nothing is rolled back onto a stable without endpoints; it is done when its pods are back",
        .timeLimit(.minutes(3))
    )
    func stableGone() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        let run = try lab.start(["run", try lab.spec()])
        #expect(try await lab.waitForWeights([75, 25]), "\(run.talk.suffix(2000))")
        try lab.cluster.setReady(false, .stable)
        let verb = try await Patience.blocking {
            let answer = try Haldane.run(
                ["rollback", try lab.spec(), "--reason", "a test"],
                in: lab.folder,
                as: "rollback"
            )
            try run.waitForTalk("stable-not-ready")
            return answer
        }
        #expect(lab.weights == [75, 25], "\(verb.output)")

        try lab.cluster.setReady(true, .stable)

        #expect(try await lab.waitForWeights([100, 0], seconds: 30))
        let result = try await Patience.blocking { try run.wait() }
        #expect(result.ending == .exited(2))
    }

    @Test("a rollback moves what stable's pods can carry, and the rest when they are back", .timeLimit(.minutes(3)))
    func partialRollback() async throws {
        let lab = try await ClusterLab.make(scenario: "healthy")
        let run = try lab.start(["run", try lab.spec()])
        #expect(try await lab.waitForWeights([50, 50]), "\(run.talk.suffix(2000))")
        let gone = lab.cluster.pods(.stable).prefix(3)
        for pod in gone { try lab.cluster.setReady(false, of: pod) }
        let verb = try lab.start(["rollback", try lab.spec(), "--reason", "a test"], as: "rollback", isQuick: false)
        #expect(try await Patience.blocking { try verb.wait() }.ending == .exited(0))

        // Five of eight pods carry about five eighths of the traffic, and a quarter more for a while.
        let part = lab.weights
        #expect(part[0] > 60 && part[0] < 95 && part[0] + part[1] == 100, "\(part)")
        for pod in gone { try lab.cluster.setReady(true, of: pod) }

        #expect(try await lab.waitForWeights([100, 0], seconds: 30))
        let result = try await Patience.blocking { try run.wait() }
        #expect(result.ending == .exited(2), "\(result.talk.suffix(2000))")
    }
}
