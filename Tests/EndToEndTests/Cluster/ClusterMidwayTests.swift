import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// What goes wrong between a run and its cluster in the middle of the run: each has its right end.
@Suite(.serialized) struct ClusterMidwayTests {
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
}
