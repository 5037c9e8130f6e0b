import CanaryTestKit
import CanaryYAML
import Foundation
import Glibc
import Testing

/// What the agent promises, shown with the real binary: releases one after another, lost nodes, lost servers, many writers, a freeze.
///
/// The shows run at once, each in a cluster of its own.
@Suite struct AgentShowTests {
    @Test("three releases in a row go from image change to promoted without touching a file", .timeLimit(.minutes(3)))
    func threeReleases() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let agent = try lab.startAgent()
        let original = lab.server.view.object(.canaries, service.name, in: service.namespace)?["spec"]

        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, agent))")
        for (template, slot, weights) in [
            ("5f6d7c8b92", FleetService.Slot.v2, [0, 100]), ("5f6d7c8b93", .v1, [100, 0]),
            ("5f6d7c8b94", .v2, [0, 100]),
        ] {
            try lab.fleet.deploy(template, to: slot, of: service, readyAfter: .milliseconds(300))
            let isPromoted = try await Patience.blocking { lab.waitForEnd(service, "promoted", of: template) }
            try #require(isPromoted, "\(template): \(lab.story(service, agent))")
            #expect(lab.fleet.weights(of: service) == weights)
        }

        let canary = lab.server.view.object(.canaries, service.name, in: service.namespace)
        #expect(canary?["spec"] == original && canary?["metadata"]?["generation"]?.integer == 1)
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
        #expect(lab.fleet.audit.writes(of: service).count == 9, "\(lab.fleet.audit.writes)")
        let told = lab.server.view.objects(.events, in: service.namespace).filter {
            $0["regarding"]?["kind"]?.string == "Canary"
        }
        #expect(told.contains { $0["note"]?.string?.contains("promoted") == true }, "\(told)")
    }

    @Test("a revision that changes in the middle means weight 0 and a new run of the new one", .timeLimit(.minutes(3)))
    func changedInTheMiddle() async throws {
        let lab = try await AgentLab.make("ratings")
        let service = lab.fleet.services[0]
        let agent = try lab.startAgent()
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, agent))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isHalfway = try await Patience.blocking { lab.waitForWeights(service, [50, 50]) }
        try #require(isHalfway, "\(lab.story(service, agent))")
        lab.fleet.mesh.set(.failing, of: "5f6d7c8b93")
        try lab.fleet.deploy("5f6d7c8b93", to: .v2, of: service)
        let isRolledBack = try await Patience.blocking { lab.waitForEnd(service, "rolledBack", of: "5f6d7c8b93") }

        #expect(isRolledBack, "\(lab.story(service, agent))")
        #expect(lab.fleet.weights(of: service) == [100, 0])
        let writes = lab.fleet.audit.writes(of: service).map(\.after)
        #expect(writes == [[75, 25], [50, 50], [100, 0], [75, 25], [100, 0]], "\(writes)")
    }

    @Test(
        "a node that is lost with its disk at 50 % is succeeded, evidence intact: good ends promoted, bad rolled back",
        .timeLimit(.minutes(3)),
        arguments: [("agent", true), ("agent", false), ("sweep", true)]
    )
    func nodeLost(successor: String, isGood: Bool) async throws {
        let lab = try await AgentLab.make("checkout")
        let service = lab.fleet.services[0]
        let first = try lab.startAgent("first")
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, first))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isHalfway = try await Patience.blocking { lab.waitForWeights(service, [50, 50]) }
        try #require(isHalfway, "\(lab.story(service, first))")
        let run = lab.record(service)["run"]?["id"]?.string
        let started = lab.record(service)["run"]?["startedAt"]?.integer
        try await Patience.blocking { try lab.burn(first, "first") }
        if !isGood { lab.fleet.mesh.set(.failing, of: "5f6d7c8b92") }
        let second = successor == "agent" ? try lab.startAgent("second") : try lab.startSweep("second")
        let wanted = isGood ? [0, 100] : [100, 0]
        let isThere = try await Patience.blocking { lab.waitForWeights(service, wanted) }
        let hasEnded = try await Patience.blocking { lab.waitForLast(service, isGood ? "promoted" : "rolledBack") }

        #expect(isThere && hasEnded, "\(lab.story(service, second))")
        #expect(lab.lastRunID(service) == run, "the run of the first went on: \(lab.story(service, second))")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
        let holders = lab.fleet.audit.holders(of: service)
        #expect(holders.count == 2, "\(holders)")
        let writes = lab.fleet.audit.writes(of: service)
        #expect(
            writes.map(\.after) == [[75, 25], [50, 50], wanted],
            "nothing was begun anew: \(writes)"
        )
        // The journal of the second one knows what came before it: more than the ten windows that it saw itself.
        let reports = try await Patience.blocking { lab.reports("second") }
        #expect(reports.count == 1 && reports[0]["canaryRequests"]?.integer ?? 0 > 1500, "\(reports)")
        let begun = reports.first?["startedAt"]?.string.flatMap(Self.milliseconds)
        #expect(begun != nil && begun == started, "the run began with the first one: \(reports)")
        // Whoever asks the object is told how it ended, by an agent or by a sweep.
        let isTold = try await Patience.blocking {
            Patience.wait(seconds: 20) {
                let hasEnded = lab.lastRun(service).outcome == (isGood ? "promoted" : "rolledBack")
                return hasEnded && lab.status(service)["run"] == nil
            }
        }
        #expect(isTold, "\(lab.status(service)) \(lab.story(service, second))")
        #expect(lab.status(service)["weights"] == ["stable": 100, "canary": 0], "by the part they play now")
    }

    @Test(
        "a server that is away for longer than the Lease lasts: nothing is lost, and the run ends promoted",
        .timeLimit(.minutes(3))
    )
    func serverAway() async throws {
        let lab = try await AgentLab.make("search")
        let service = lab.fleet.services[0]
        let agent = try lab.startAgent()
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, agent))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isBegun = try await Patience.blocking { lab.waitForWeights(service, [75, 25]) }
        try #require(isBegun, "\(lab.story(service, agent))")
        let run = lab.record(service)["run"]?["id"]?.string
        try await Patience.blocking {
            lab.server.goAway()
            Patience.pause(milliseconds: 18_000)
            try lab.server.comeBack()
        }
        let isPromoted = try await Patience.blocking { lab.waitForEnd(service, "promoted", of: "5f6d7c8b92") }

        #expect(isPromoted, "\(lab.story(service, agent))")
        #expect(lab.fleet.weights(of: service) == [0, 100])
        #expect(lab.lastRunID(service) == run, "\(lab.story(service, agent))")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
        #expect(lab.fleet.audit.holders(of: service).count == 1, "\(lab.fleet.audit.holders(of: service))")
    }

    @Test(
        "two agents and a CI job at once: never two writers, and every release ends promoted",
        .timeLimit(.minutes(3))
    )
    func manyWriters() async throws {
        let lab = try await AgentLab.make("cart", "orders", "stock", "users")
        let services = lab.fleet.services
        let agents = [try lab.startAgent("one"), try lab.startAgent("two")]
        for service in services {
            let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
            #expect(isKnown, "\(lab.story(service, agents[0], agents[1]))")
        }

        for service in services { try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service) }
        let job = try await Patience.blocking { try lab.runJob(services[0], as: "job") }
        for service in services {
            let isPromoted = try await Patience.blocking { lab.waitForWeights(service, [0, 100]) }
            let hasEnded = try await Patience.blocking { lab.waitForLast(service, "promoted") }
            #expect(isPromoted && hasEnded, "\(lab.story(service, agents[0], agents[1]))")
        }

        // It promotes, or finds the rollout taken, or done, or loses it: what it must not do is write beside its owner.
        #expect([.exited(0), .exited(3)].contains(job.ending), "\(job.ending) \(job.talk)")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
        for service in services {
            // Each step once: nobody did what another had done.
            let writes = lab.fleet.audit.writes(of: service)
            #expect(writes.map(\.after) == [[75, 25], [50, 50], [0, 100]], "\(writes)")
            #expect(Set(writes.map(\.user)).count == 1, "\(writes)")
        }
    }

    @Test(
        "an agent that is terminated ends with 0 within its grace, although the server does not answer any more",
        .timeLimit(.minutes(2))
    )
    func terminated() async throws {
        let lab = try await AgentLab.make("gifts")
        let service = lab.fleet.services[0]
        let agent = try lab.startAgent()
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, agent))")

        lab.server.inject(Fault(.stall, times: nil))
        agent.signal(SIGTERM)
        let end = try await Patience.blocking { try agent.wait(seconds: 60) }

        // Nothing had to be handed over; its own Lease runs out by itself.
        #expect(end.ending == .exited(0), "\(end.ending) \(end.talk)")
    }

    @Test("an agent that is cut off writes nothing any more while another goes on", .timeLimit(.minutes(3)))
    func partition() async throws {
        let lab = try await AgentLab.make("payments")
        let service = lab.fleet.services[0]
        let first = try lab.startAgent("first")
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        #expect(isKnown, "\(lab.story(service, first))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isHalfway = try await Patience.blocking { lab.waitForWeights(service, [50, 50]) }
        try #require(isHalfway, "\(lab.story(service, first))")
        lab.server.cutOff(user: AgentLab.user("first"))
        let second = try lab.startAgent("second")
        let isThere = try await Patience.blocking { lab.waitForWeights(service, [0, 100]) }
        lab.server.reconnect(user: AgentLab.user("first"))
        let hasEnded = try await Patience.blocking { lab.waitForLast(service, "promoted") }

        #expect(isThere && hasEnded, "\(lab.story(service, first, second))")
        let writes = lab.fleet.audit.writes(of: service)
        #expect(writes.map(\.after) == [[75, 25], [50, 50], [0, 100]], "\(writes)")
        #expect(writes.last?.user == AgentLab.user("second"), "\(writes)")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
    }

    @Test(
        "a fleet that is frozen stays where it is, but for a bad release, which is rolled back; thawed, the others end promoted",
        .timeLimit(.minutes(3))
    )
    func freeze() async throws {
        let lab = try await AgentLab.make("ads", "mail", "maps", "news")
        let services = lab.fleet.services
        let (good, bad) = (services.dropLast(), services[3])
        let agent = try lab.startAgent()
        for service in services {
            let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
            #expect(isKnown, "\(lab.story(service, agent))")
        }

        for service in good { try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service) }
        // As good as the others until the freeze.
        try lab.fleet.deploy("5f6d7c8bad", to: .v2, of: bad)
        for service in services {
            let isBegun = try await Patience.blocking { lab.waitForWeights(service, [75, 25]) }
            try #require(isBegun, "\(lab.story(service, agent))")
        }
        let frozen = try await Patience.blocking {
            try lab.command(["freeze", "--all", "--reason", "the network is being rebuilt"], as: "operator")
        }
        #expect(frozen.ending == .exited(0), "\(frozen.talk)")
        // A step that was on its way when the freeze came may still be seen; after a second nothing moves.
        let (before, after) = try await Patience.blocking {
            Patience.pause(milliseconds: 1000)
            let before = services.map { lab.fleet.weights(of: $0) }
            Patience.pause(milliseconds: 4000)
            return (before, services.map { lab.fleet.weights(of: $0) })
        }
        #expect(before == after)
        #expect(before.allSatisfy { $0 != [0, 100] }, "\(before)")
        for service in services {
            let message = lab.status(service)["gate"]?["message"]?.string ?? ""
            #expect(message.contains("the network is being rebuilt"), "\(lab.story(service, agent))")
        }

        lab.fleet.mesh.set(.failing, of: "5f6d7c8bad")
        let isRolledBack = try await Patience.blocking { lab.waitForEnd(bad, "rolledBack", of: "5f6d7c8bad") }
        #expect(isRolledBack, "\(lab.story(bad, agent))")
        #expect(lab.fleet.weights(of: bad) == [100, 0])
        #expect(good.map { lab.fleet.weights(of: $0) } == Array(before.dropLast()), "the others stay")

        let thawed = try await Patience.blocking {
            try lab.command(["freeze", "--all", "--lift", "--reason", "it is rebuilt"], as: "operator")
        }
        #expect(thawed.ending == .exited(0), "\(thawed.talk)")
        for service in good {
            let isPromoted = try await Patience.blocking { lab.waitForEnd(service, "promoted", of: "5f6d7c8b92") }
            #expect(isPromoted, "\(lab.story(service, agent))")
            #expect(lab.fleet.weights(of: service) == [0, 100])
        }
        #expect(lab.fleet.weights(of: bad) == [100, 0], "a thaw does not try it again")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
    }

    private static func milliseconds(_ time: String) -> Int? {
        // A text that is no time is found missing by the test.
        let date = try? Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return date.map { Int(($0.timeIntervalSince1970 * 1000).rounded()) }
    }
}
