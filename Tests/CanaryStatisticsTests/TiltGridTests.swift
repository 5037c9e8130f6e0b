import CanaryStatistics
import Foundation
import Testing

@Suite struct TiltGridTests {
    @Test("spans the oracle's grids")
    func grids() throws {
        let up = try #require(Oracle.sequential()["grid_up"] as? [NSNumber]).map(\.doubleValue)
        let down = try #require(Oracle.sequential()["grid_down"] as? [NSNumber]).map(\.doubleValue)

        #expect(agrees(TiltGrid.regression().tilts, up))
        #expect(agrees(TiltGrid.nonInferiority().tilts, down))
    }

    @Test("weighs clusters as the oracle does")
    func clusterFactor() throws {
        for part in try Oracle.cases("cluster_factor") {
            #expect(try agrees(TiltGrid.clusterFactor(part.number("s")), part.number("h")), "\(part)")
        }
    }

    @Test("weighs clusters continuously around an effect of one")
    func continuity() {
        let inside = TiltGrid.clusterFactor(Foundation.exp(0.00999))
        let outside = TiltGrid.clusterFactor(Foundation.exp(0.01001))

        #expect(abs(outside - inside) < 1e-5)
        #expect(TiltGrid.clusterFactor(1) == 1)
    }
}
