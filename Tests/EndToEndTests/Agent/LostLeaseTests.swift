import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// A `haldane run` whose Lease somebody else takes in the middle.
@Suite struct LostLeaseTests {
    @Test("a job that loses its Lease ends at once with 3, writes nothing more, and says in its journal who has it")
    func lost() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let job = try lab.startJob(service, as: "ci")
        let isBegun = try await Patience.blocking { lab.waitForWeights(service, [75, 25]) }
        try #require(isBegun, "\(lab.story(service, job))")

        let writes = lab.fleet.audit.writes(of: service).count
        try Self.take(service, in: lab)
        let taken = ContinuousClock.now
        let end = try await Patience.blocking { try job.wait(seconds: 60) }
        let passed = taken.duration(to: .now)
        let result = try end.json(RunResult.self)
        let told = try await Patience.blocking {
            let words = ["report", result.journal, "--format", "json"]
            return try Haldane.run(words, in: lab.folder, as: "report", seconds: 30)
        }

        #expect(end.ending == .exited(3), "\(lab.story(service, job))")
        // It renews three times in 15 s.
        #expect(passed < .seconds(10), "\(passed)")
        #expect(result.outcome == "interrupted" && result.label == "lease-lost", "\(end.output)")
        #expect(result.reason.contains("the thief holds it"), "\(result.reason)")
        #expect(result.reason.contains("nothing is written any more"), "\(result.reason)")
        #expect(end.talk.contains("event=interrupted weights="), "\(end.talk)")
        #expect(told.output.contains("the thief holds it"), "\(told)")
        #expect(lab.fleet.audit.writes(of: service).count == writes, "\(lab.story(service, job))")
        #expect(lab.lease(service)["spec"]?["holderIdentity"]?.string == "the thief")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
    }

    /// Takes the Lease of a service for an hour, as a process does that thinks the holder dead.
    private static func take(_ service: FleetService, in lab: AgentLab) throws {
        let now = Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false))
        try lab.server.change(.leases, "haldane-\(service.name)", in: service.namespace, as: "thief") { document in
            guard case .object(var members) = document, case .object(var spec)? = members["spec"] else { return }
            spec["holderIdentity"] = "the thief"
            spec["acquireTime"] = .string("\(now).000000Z")
            spec["renewTime"] = .string("\(now).000000Z")
            spec["leaseDurationSeconds"] = 3600
            members["spec"] = .object(spec)
            document = .object(members)
        }
    }
}
