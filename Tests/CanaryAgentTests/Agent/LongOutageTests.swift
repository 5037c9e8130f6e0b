import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// A whole agent whose API server is away, in time that runs a hundred times as fast for the rollout.
@Suite("Agent: a long outage of the API", .timeLimit(.minutes(2)))
struct LongOutageTests {
    @Test("with the API away for thirty minutes nothing is written and nothing lost; then the same run is promoted")
    func away() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        try #require(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")

        rig.fleet.server.goAway()
        let since = rig.now
        let (found, requests) = (rig.weights("shop"), rig.fleet.server.view.requestsMade)
        #expect(await rig.eventually(within: .seconds(60)) { rig.now.since(since) >= .seconds(1800) })
        #expect(rig.weights("shop") == found)
        #expect(rig.fleet.server.view.requestsMade == requests)
        try rig.fleet.server.comeBack()

        #expect(await rig.eventually(within: .seconds(60)) { rig.lastRun("shop") != nil }, "\(rig.log)")
        await rig.stop()
        #expect(rig.weights("shop") == [0, 100], "\(rig.log)")
        #expect(rig.status("shop")?["lastRun"]?["outcome"]?.string?.hasPrefix("promoted") == true, "\(rig.log)")
        let started = rig.log.filter { $0.contains("event=started route=") }
        #expect(started.count == 1 && started[0].contains("run=\(rig.lastRun("shop") ?? "-") "), "\(started)")
    }
}

extension AgentRig {
    /// The run that a canary's status names as the last one.
    fileprivate func lastRun(_ name: String) -> String? { status(name)?["lastRun"]?["id"]?.string }
}
