import CanaryTestKit
import Foundation
import Testing

/// An agent that is asked to end while the API server takes requests and answers none.
@Suite struct AgentFarewellTests {
    /// What an agent does to leave: its Leases, the state, the status, and a step that is on its way.
    private static let farewell: [ClusterKind] = [.leases, .configMaps, .canaries, .virtualServices]

    /// An agent at 25 % whose writes are taken and not answered.
    private static func stalled(_ lab: AgentLab) async throws -> Haldane {
        let service = lab.fleet.services[0]
        let agent = try lab.startAgent("first")
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, agent))")
        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isBegun = try await Patience.blocking { lab.waitForWeights(service, [75, 25]) }
        try #require(isBegun, "\(lab.story(service, agent))")
        for kind in farewell {
            lab.server.inject(Fault(.stall, on: ["create", "update", "patch", "delete"], kind: kind, times: nil))
        }
        return agent
    }

    @Test("it ends within its 20 s all the same, weights as they are, and another one goes on once its Lease is over")
    func ends() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let first = try await Self.stalled(lab)
        let before = lab.fleet.weights(of: service)
        let asked = ContinuousClock.now
        first.signal(SIGTERM)
        let end = try await Patience.blocking { try first.wait(seconds: 60) }
        let passed = asked.duration(to: .now)
        let after = lab.fleet.weights(of: service)
        lab.server.clearFaults()
        let second = try lab.startAgent("second")
        let isOver = try await Patience.blocking { lab.waitForLast(service, "promoted") }

        #expect([.exited(0), .exited(143)].contains(end.ending), "\(end.ending) \(end.talk)")
        #expect(passed < .seconds(25), "\(passed)")
        #expect(before == after, "\(lab.story(service, first))")
        #expect(isOver, "\(lab.story(service, second))")
        #expect(lab.fleet.weights(of: service) == [0, 100], "\(lab.story(service, second))")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
    }

    @Test("a second SIGTERM ends it at once, as the signal would, and no weight is changed")
    func endsAtOnce() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let first = try await Self.stalled(lab)
        let before = lab.fleet.weights(of: service)
        first.signal(SIGTERM)
        try await Patience.blocking { try first.waitForTalk("a second signal ends at once", seconds: 20) }
        let asked = ContinuousClock.now
        first.signal(SIGTERM)
        let end = try await Patience.blocking { try first.wait(seconds: 30) }
        let passed = asked.duration(to: .now)

        #expect([.exited(143), .killed(by: SIGTERM)].contains(end.ending), "\(end.ending)")
        #expect(passed < .seconds(5), "\(passed)")
        #expect(lab.fleet.weights(of: service) == before, "\(lab.story(service, first))")
    }
}
