import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTestKit
import CanaryYAML
import Testing

/// What closes the way up by itself, and opens it again.
@Suite("Agent: windows and objectives", .timeLimit(.minutes(2)))
struct AgentGateTests {
    /// A window that is open at a moment, or on another day alone.
    private static func window(isOpen: Bool, at now: Timestamp) -> [String] {
        // 1 January 1970 was a Thursday.
        let days = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
        let today = Int(now.milliseconds / 86_400_000 % 7)
        // Three days in a row, so that the fast time of runs does not leave them.
        let shown = (0..<3).map { days[(today + (isOpen ? 0 : 3) + $0) % 7] }
        return ["windows: [{ days: [\(shown.joined(separator: ", "))], from: '00:00', to: '24:00' }]"]
    }

    @Test("outside of the release window nothing begins and nothing rises, in it everything goes on")
    func window() async throws {
        let start = SweepRig.now
        let rig = try AgentRig("shop", policy: Self.window(isOpen: false, at: start), halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")

        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.isReady("shop", "Window"), "\(rig.log)")
        #expect(rig.status("shop")?["message"]?.string?.contains("which open ") == true, "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0] && rig.status("shop")?["run"] == nil)
        try AgentRig.preset(rig.fleet, Self.window(isOpen: true, at: start))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")

        try AgentRig.preset(rig.fleet, Self.window(isOpen: false, at: start))
        // Known to the run before anything is proved.
        #expect(
            await rig.eventually { rig.board.snapshot?.policies.contains { $0.window != nil } == true },
            "\(rig.log)"
        )
        rig.goOn()
        #expect(await rig.isReady("shop", "Window"), "\(rig.log)")
        await rig.pass(.seconds(300))
        #expect(rig.weights("shop") == [80, 20])
        try AgentRig.preset(rig.fleet, Self.window(isOpen: true, at: start))
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    @Test("a promotion waits while v1 itself burns its objective, says so, and goes on when v1 is well again")
    func burning() async throws {
        // Of 1 % that may fail, half as much again over twelve rounds: one bad round is enough.
        let objective = "objective: { success: 99%, burnRate: 1.5, over: 1m }"
        let rig = try AgentRig("shop", policy: [objective], halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")

        rig.traffic.fail(0.2)
        rig.goOn()
        #expect(await rig.isReady("shop", "StableBurning"), "\(rig.log)")
        let message = rig.status("shop")?["gate"]?["message"]?.string ?? ""
        #expect(message.contains("stable itself fails its objective of 99"), "\(message)")
        await rig.pass(.seconds(300))
        #expect(rig.weights("shop") == [80, 20])
        rig.traffic.fail(0.004)
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted" }, "\(rig.log)")
        await rig.stop()
    }
}
