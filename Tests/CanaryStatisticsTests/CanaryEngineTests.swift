import CanaryStatistics
import Foundation
import Testing

@Suite struct CanaryEngineTests {
    @Test("says after each window of a recorded rollout what the oracle says", arguments: RecordedRollout.names)
    func oracle(name: String) throws {
        let rollout = try RecordedRollout(name)
        let expected = try Oracle.lines("\(name).expected")
        var engine = rollout.engine

        #expect(expected.count == rollout.windows.count)
        for (window, line) in zip(rollout.windows, expected) {
            let result = engine.judge(window.counts, in: window.context)

            let place: Comment = "\(name), window \(result.window)"
            #expect(try Double(result.window) == line.number("window"), place)
            #expect(try result.decision.rawValue == line.text("decision"), place)
            #expect(try agrees(result.logE, line.number("logE")), place)
            #expect(try agrees(result.logD, line.number("logD")), place)
            #expect(try agrees(result.load, line.number("load")), place)
            #expect(try agrees(result.gate, line.number("gate")), place)
            #expect(try agrees(result.kappa, line.number("kappa")), place)
            #expect(try agrees(result.top, line.number("top")), place)
            if line["withoutBestPod"] is NSNull {
                #expect(result.withoutBestPod == nil, place)
            } else {
                #expect(try agrees(result.withoutBestPod ?? .nan, line.number("withoutBestPod")), place)
            }
            #expect(try engine.edges == line.numbers("edges"), place)
            #expect(try engine.promoteEdges == line.numbers("promoteEdges"), place)
            #expect(try agrees(result.metrics.map(\.logE), line.numbers("logEMetrics")), place)
            #expect(try agrees(result.metrics.map(\.phi1), line.numbers("phi1")), place)
            #expect(try agrees(result.metrics.map(\.phi2), line.numbers("phi2")), place)
            #expect(try agrees(result.metrics.map(\.penalty), line.numbers("penalty")), place)
            #expect(try agrees(result.metrics.map(\.rho), line.numbers("rho")), place)
            #expect(try agrees(result.metrics.map(\.delta), line.numbers("delta")), place)
            let logN = try line.rows("logN")
            #expect(result.promotion.count == logN.count, place)
            for (row, expected) in zip(result.promotion, logN) {
                #expect(agrees(row.map(\.logN), expected), place)
            }
            #expect(result.promotion.map { $0.map(\.isLatched) } == line["latched"] as? [[Bool]], place)
        }
    }

    @Test("gives the same bits when the same windows are judged again", arguments: RecordedRollout.names)
    func determinism(name: String) throws {
        let rollout = try RecordedRollout(name)
        var first = rollout.engine
        var second = rollout.engine

        for window in rollout.windows {
            let a = first.judge(window.counts, in: window.context)
            let b = second.judge(window.counts, in: window.context)

            #expect(a == b)
            #expect(a.logE.bitPattern == b.logE.bitPattern)
            #expect(a.metrics.map(\.logE.bitPattern) == b.metrics.map(\.logE.bitPattern))
            #expect(a.promotion.joined().map(\.logN.bitPattern) == b.promotion.joined().map(\.logN.bitPattern))
        }
        #expect(first == second)
    }
}
