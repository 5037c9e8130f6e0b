import CanaryStatistics
import Foundation
import Testing

@Suite struct FalseDiscoveryTests {
    @Test("asks a single rollout for the full evidence, and less of each when many agree")
    func rejected() {
        let weak = Foundation.log(50.0)
        let strong = Foundation.log(150.0)

        #expect(FalseDiscovery.rejected(logEs: [weak], rate: 0.01) == [])
        #expect(FalseDiscovery.rejected(logEs: [strong], rate: 0.01) == [0])
        #expect(FalseDiscovery.rejected(logEs: [0, strong], rate: 0.01) == [])
        #expect(FalseDiscovery.rejected(logEs: [strong, strong + 1, 0], rate: 0.01) == [1, 0])
    }

    @Test("rejects nothing of nothing, and never what is not a number")
    func edges() {
        #expect(FalseDiscovery.rejected(logEs: [], rate: 0.01) == [])
        #expect(FalseDiscovery.rejected(logEs: [.nan, .infinity], rate: 0.01) == [1])
        #expect(FalseDiscovery.rejected(logEs: [-.infinity], rate: 0.01) == [])
    }
}
