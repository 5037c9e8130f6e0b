import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// Replicas, and an API server that goes away.
@Suite("Agent: members", .timeLimit(.minutes(2)))
struct AgentMembershipTests {
    @Test("a run is neither left nor begun anew while the API server is away for longer than a replica's Lease lasts")
    func serverAway() async throws {
        let rig = try AgentRig("shop", halts: true) { $0.memberDuration = .seconds(2) }
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["run"]?["id"] != nil }, "\(rig.log)")
        let run = rig.status("shop")?["run"]?["id"]?.string

        rig.fleet.server.goAway()
        rig.goOn()
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=trouble what=members") } }, "\(rig.log)")
        try rig.fleet.server.comeBack()
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted" }, "\(rig.log)")
        await rig.stop()

        #expect(run != nil)
        #expect(rig.status("shop")?["lastRun"]?["id"]?.string == run, "\(rig.log)")
        #expect(rig.log.filter { $0.contains("event=begin") }.count == 1)
        #expect(!rig.log.contains { $0.contains("handed-over") || $0.contains("event=left") })
    }

    @Test("canaries are shared out, and those of a replica that leaves are taken at once, with the run that it left")
    func leaving() async throws {
        let names = ["a", "b", "c", "d"]
        let one = try AgentRig("a", "b", "c", "d", identity: "one", halts: true)
        let two = try AgentRig("a", "b", "c", "d", identity: "two", beside: one)
        one.start()
        two.start()
        func mine(_ rig: AgentRig) -> [String] {
            (rig.board.snapshot?.canaries ?? []).filter(\.isMine).map(\.key.name)
        }
        #expect(await one.eventually { (mine(one) + mine(two)).sorted() == names && !mine(one).isEmpty }, "\(one.log)")
        for name in names {
            #expect(await one.eventually { one.status(name)?["conditions"] != nil }, "\(one.log) \(two.log)")
        }
        let owned = mine(one)
        let name = try #require(owned.first)
        try one.fleet.deploy("aaaaaaaaaa", to: .v2, of: one.service(name))
        #expect(await one.eventually { one.weights(name) == [80, 20] }, "\(one.log)")

        await one.stop()
        one.goOn()
        #expect(await two.eventually { mine(two) == names }, "\(two.log)")
        #expect(await two.eventually { two.weights(name) == [0, 100] }, "\(two.log)")
        await two.stop()

        #expect(one.log.contains { $0.contains("the agent one ends; another one goes on with the run") }, "\(one.log)")
        #expect(two.log.contains { $0.contains("event=takeover") && $0.contains("canary=\(name)") })
        #expect(!two.log.contains { $0.contains("event=begin") })
    }

    @Test("an agent that ends in the middle of a run with nobody beside it says that the weights stay as they are")
    func alone() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        await rig.stop()

        let words = "the agent agent-1 ends; no other agent is alive; the weights stay as they are until one is"
        #expect(rig.log.contains { $0.contains(words) }, "\(rig.log)")
        #expect(rig.weights("shop") == [80, 20])
    }

    @Test("a status that somebody else overwrote is corrected at the next resync")
    func overwritten() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "Known"), "\(rig.log)")
        func message() -> String? { rig.status("shop")?["message"]?.string }

        try rig.fleet.server.change(.canaries, "shop", in: AgentRig.namespace) { object in
            guard case .object(var members) = object, case .object(var status)? = members["status"] else { return }
            status["message"] = "all is lost"
            members["status"] = .object(status)
            object = .object(members)
        }
        #expect(message() == "all is lost")
        #expect(await rig.eventually { message().map { $0 != "all is lost" } == true }, "\(rig.log)")
        await rig.stop()
    }

    @Test("a run keeps its spec while the Canary cannot be used as it is, says so, and ends as it would have")
    func unusable() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["run"]?["id"] != nil }, "\(rig.log)")
        let run = rig.status("shop")?["run"]?["id"]?.string

        func name(_ route: String) throws {
            try rig.fleet.server.change(.canaries, "shop", in: AgentRig.namespace) { object in
                guard case .object(var members) = object else { return }
                members["spec"] = ["route": ["virtualService": .string(route)]]
                object = .object(members)
            }
        }
        try name("nothing-of-this-name")
        func message() -> String { rig.status("shop")?["message"]?.string ?? "" }
        #expect(await rig.eventually { message().contains("goes on with the spec that it began with") }, "\(rig.log)")
        #expect(rig.weights("shop") == [80, 20])
        try name("shop")
        rig.goOn()
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted" }, "\(rig.log)")
        #expect(rig.status("shop")?["lastRun"]?["id"]?.string == run)
        await rig.stop()
    }

    @Test("a split that nobody looks after is rolled back when an operator asks for it")
    func leftBehind() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.set([70, 30], of: rig.service("shop"))
        rig.start()
        #expect(await rig.eventually { rig.status("shop")?["message"] != nil }, "\(rig.log)")

        try rig.ask(.rollback, of: "shop", id: "rollback-001")
        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["id"] != nil }, "\(rig.log)")
        await rig.stop()

        let audits = rig.log.filter { $0.contains("event=audit") }
        #expect(audits.count == 1 && audits.first?.contains("from=70/30 to=100/0") == true, "\(rig.log)")
    }
}
