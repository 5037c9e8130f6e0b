import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// What goes wrong between a run and its cluster: each has its right end, and a message that says what to do.
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

    /// Trouble in the middle of a run, at the first step.
    struct Trouble: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var scenario = "healthy"
        var ending: Int32
        /// `outcome` with its qualifier.
        var detail: String
        var settings: [String] = []
        var strike: @Sendable (ClusterLab) throws -> Void
    }

    static let troubles = [
        Trouble(testDescription: "a server that is away for a while", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.goAway()
            Patience.pause(milliseconds: 4000)
            try lab.cluster.server.comeBack()
        },
        Trouble(testDescription: "a watch that goes silent", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.silenceWatches()
        },
        Trouble(testDescription: "watches that break in the middle of a chunk", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.cutWatches()
        },
        Trouble(testDescription: "a server that forgot its history", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.forgetHistory()
            lab.cluster.server.endWatches()
        },
        Trouble(testDescription: "a patch that is answered 429, and then taken", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.inject(
                Fault(.status(.tooManyRequests(retryAfter: 1)), on: ["patch"], kind: .virtualServices)
            )
        },
        Trouble(testDescription: "a patch whose answer is lost", ending: 0, detail: "promoted") { lab in
            lab.cluster.server.inject(Fault(.loseAnswer, on: ["patch"], kind: .virtualServices))
        },
        Trouble(
            testDescription: "a patch that a rival is faster than, with other annotations",
            ending: 0,
            detail: "promoted"
        ) { lab in
            let rival = Rival(
                .patch("[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"note\":\"x\"}}]")
            )
            lab.cluster.server.inject(Fault(.rivalBefore(rival), on: ["patch"], kind: .virtualServices))
        },
        Trouble(
            testDescription: "an object deleted in the middle",
            ending: 1,
            detail: "held(routeLost)",
            settings: ["pace.interval=200ms"]
        ) {
            lab in
            lab.cluster.server.delete(.virtualServices, "demo4-vs", in: ClusterFixture.namespace)
        },
        Trouble(testDescription: "weights that a GitOps tool puts back to zero", ending: 1, detail: "held(contested)") {
            lab in
            try lab.set([100, 0], as: "kustomize-controller")
        },
        Trouble(testDescription: "a canary that loses its endpoints", ending: 2, detail: "rolledBack") { lab in
            try lab.cluster.setReady(false, .canary)
        },
        Trouble(testDescription: "another revision in the middle", ending: 2, detail: "rolledBack") { lab in
            try lab.cluster.release("5f6d7c8b9a", as: .canary)
        },
        Trouble(
            testDescription: "a bad canary while patches are answered 500 for two seconds",
            scenario: "errors",
            ending: 2,
            detail: "rolledBack"
        ) {
            lab in
            let number = lab.cluster.server.inject(
                Fault(.status(.serverError), on: ["patch"], kind: .virtualServices, times: nil)
            )
            Patience.pause(milliseconds: 2000)
            lab.cluster.server.clear(fault: number)
        },
    ]

    @Test("has its right end", .timeLimit(.minutes(4)), arguments: troubles)
    func midway(trouble: Trouble) async throws {
        let lab = try await ClusterLab.make(scenario: trouble.scenario)
        // The mesh follows the stored weights a moment later, which on a busy machine looks like a canary that is silent.
        let settings = trouble.settings + ["guards.onCanarySilent=hold"]
        let run = try lab.start(["run", try lab.spec()], settings: settings)
        #expect(try await lab.waitForWeights([75, 25]), "\(run.talk.suffix(2000))")
        #expect(try await lab.waitForMesh([75, 25]))

        try await Patience.blocking { try trouble.strike(lab) }

        let result = try await Patience.blocking { try run.wait() }
        let summary = try result.json(RunResult.self)
        #expect(
            summary.detail == trouble.detail || summary.outcome == trouble.detail,
            "\(summary.detail) \(summary.reason)\n\(result.talk.suffix(3000))"
        )
        #expect(result.ending == .exited(trouble.ending))
        switch summary.outcome {
        case "promoted": #expect(lab.weights == [0, 100])
        case "rolledBack": #expect(lab.weights == [100, 0])
        default: break
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
