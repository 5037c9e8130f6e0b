import CanaryAgent
import CanaryCore
import Testing

@Suite("Status board")
struct StatusBoardTests {
    @Test("a run that does nothing for long is not healthy, one that has ended is")
    func health() async {
        let rig = await PageRig()
        #expect(rig.board.health().isGood)
        #expect(rig.board.health(at: .now + .seconds(250)).isGood)
        #expect(!rig.board.health(at: .now + .seconds(301)).isGood)

        rig.showStep()
        #expect(rig.board.health(at: .now + .seconds(50)).isGood)
        let stuck = rig.board.health(at: .now + .seconds(75))
        #expect(!stuck.isGood)
        #expect(stuck.words.hasPrefix("stuck: 1 min ") && stuck.words.hasSuffix("more than 1 min"))

        rig.showAll()
        #expect(rig.board.health(at: .now + .seconds(3600)).isGood)
    }

    @Test("a run at a slow pace has more time")
    func slowPace() async {
        let rig = await PageRig()
        let slow = StatusBoard(version: "1", speed: 0.25)
        for progress in rig.progress.prefix(10) { slow.observe(progress) }

        // Ten rounds of five virtual seconds are 200 real ones.
        #expect(slow.health(at: .now + .seconds(190)).isGood)
        #expect(!slow.health(at: .now + .seconds(210)).isGood)
    }

    @Test("readiness needs a run, its route, and telemetry that can be judged")
    func readiness() async throws {
        let rig = await PageRig()
        #expect(rig.board.readiness.words.contains("has not begun"))

        rig.board.observe(try #require(rig.progress.first))
        #expect(rig.board.readiness.words.contains("route"))

        rig.showStep()
        #expect(rig.board.readiness.isGood)
    }
}
