import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// What a spec's own `policy` does to a `haldane run` in a cluster, where no agent looks after it.
@Suite struct JobPolicyTests {
    @Test("a job that its own spec freezes says so, steps once the freeze has run out, and ends promoted")
    func freezeRunsOut() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        // Later than the first step would be, which comes after 4 s of history.
        let until = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 9).rounded(.up))
        let isOver = ContinuousClock.now + .seconds(until.timeIntervalSinceNow)
        let policy = "{ freeze: { reason: the audit, until: \"\(until.formatted(.iso8601))\" } }"

        let job = try lab.startJob(service, as: "ci", policy: policy)
        try await Patience.blocking { try job.waitForTalk("the audit") }
        let end = try await Patience.blocking { try job.wait(seconds: 60) }

        #expect(end.ending == .exited(0), "\(lab.story(service, job))")
        #expect(try end.json(RunResult.self).outcome == "promoted")
        #expect(end.talk.contains("no step up for now"), "\(end.talk)")
        #expect(end.talk.contains("steps up are possible again"), "\(end.talk)")
        let writes = lab.fleet.audit.writes(of: service)
        #expect(writes.map(\.after) == [[75, 25], [50, 50], [0, 100]], "\(writes)")
        #expect(writes.allSatisfy { $0.at >= isOver }, "\(lab.story(service, job))")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
    }

    @Test("a frozen job at 25 % stays there while all is well, and a regression is rolled back all the same")
    func regression() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        try lab.fleet.set([75, 25], of: service)

        let job = try lab.startJob(service, as: "ci", policy: "{ freeze: { reason: the audit } }")
        try await Patience.blocking { try job.waitForTalk("reason=proved") }
        // Proved long enough for a step.
        let stays = try await Patience.blocking {
            Patience.pause(milliseconds: 1500)
            return lab.fleet.weights(of: service)
        }
        lab.fleet.mesh.set(.failing, of: "7c8d5f6b9d")
        let end = try await Patience.blocking { try job.wait(seconds: 60) }

        #expect(stays == [75, 25], "\(lab.story(service, job))")
        #expect(end.ending == .exited(2), "\(lab.story(service, job))")
        #expect(try end.json(RunResult.self).outcome == "rolledBack")
        #expect(lab.fleet.audit.writes(of: service).last?.after == [100, 0], "\(lab.story(service, job))")
        #expect(lab.fleet.weights(of: service) == [100, 0])
    }

    @Test("outside of its release windows a job waits and names when they open, and leaves on SIGTERM")
    func closedWindow() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        // The day after tomorrow and only then: closed, whatever the time is.
        let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        let day = days[(Int(Date().timeIntervalSince1970 / 86_400) + 4 + 2) % 7]
        let policy = "{ windows: [{ days: [\(day)], from: \"09:00\", to: \"16:00\" }] }"

        let job = try lab.startJob(service, as: "ci", policy: policy)
        try await Patience.blocking { try job.waitForTalk("outside of the release windows") }
        // History is complete after 4 s.
        try await Patience.blocking { try job.waitForTalk("history=5s") }
        job.signal(SIGTERM)
        let end = try await Patience.blocking { try job.wait(seconds: 30) }

        #expect(end.ending == .exited(143), "\(lab.story(service, job))")
        #expect(end.talk.lowercased().contains("which open \(day)"), "\(end.talk)")
        #expect(end.talk.contains("weights stay as they are"), "\(end.talk)")
        #expect(lab.fleet.audit.writes(of: service).isEmpty, "\(lab.story(service, job))")
        #expect(lab.lease(service)["spec"]?["holderIdentity"]?.string?.isEmpty ?? true)
    }
}
