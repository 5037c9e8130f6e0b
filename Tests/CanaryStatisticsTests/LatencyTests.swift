import CanaryStatistics
import Foundation
import Testing

@Suite struct LatencyTests {
    static let bounds: [Double] = [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ]

    @Test("turns a slowdown into the oracle's ratios at each edge")
    func margins() throws {
        let part = try #require(Oracle.sequential()["latency_margin"] as? [String: Any])
        let shape = try #require(LatencyShape(bounds: Self.bounds, buckets: part.numbers("hist")))
        for row in try part.objects("rows") {
            let slowdown = try row.number("m")
            let rho = Self.bounds.indices.map { LatencyMargins.rho(shape: shape, edge: $0, slowdown: slowdown) }

            #expect(try agrees(rho, row.numbers("rho")))
        }
        let deltas = [0.1, 0.25, 0.5, 1].map { share in
            LatencyMargins.promotionDelta(
                shape: shape,
                edge: 4,
                share: share,
                budget: 0.2,
                cap: 1,
                rho: LatencyMargins.rho(shape: shape, edge: 4, slowdown: 0.2),
                slack: 0.005
            )
        }
        #expect(deltas == deltas.sorted(by: >))
        #expect(agrees(deltas[3], 0.005))
    }

    @Test("takes edges from the middle of the distribution to one past its end")
    func edges() throws {
        let buckets: [Double] =
            [0, 0, 100, 3400, 25000, 13100, 3700, 3800, 750, 100, 50] + Array(repeating: 0, count: 9)
        let shape = try #require(LatencyShape(bounds: Self.bounds, buckets: buckets))

        let edges = LatencyEdges(shape: shape)

        // Tail shares at 25 ms and up: 0.43, 0.168, 0.094, 0.018, 0.003, 0.001, 0.
        #expect(edges.rollback.map { Self.bounds[$0] } == [50, 100, 250, 500, 1000, 2500])
        #expect(edges.promotion.map { Self.bounds[$0] } == [50, 100, 250])
    }

    @Test("has no edges when everything lies above the last bound, and no shape without responses")
    func nothing() throws {
        let slow = try #require(LatencyShape(bounds: [1, 2], buckets: [0, 0, 10]))

        #expect(LatencyEdges(shape: slow) == .none)
        #expect(LatencyShape(bounds: [1, 2], buckets: [0, 0, 0]) == nil)
        #expect(LatencyShape(bounds: [], buckets: [5]) == nil)
        #expect(LatencyShape(bounds: [2, 1], buckets: [5, 5, 5]) == nil)
        #expect(LatencyShape(bounds: [1, .infinity], buckets: [5, 5, 5]) == nil)
        #expect(LatencyShape(bounds: [1, 2], buckets: [5, 5]) == nil)
    }

    @Test("takes the last edge when the tail never gets thin")
    func thickTail() throws {
        let shape = try #require(LatencyShape(bounds: [1, 2, 4], buckets: [50, 20, 20, 10]))

        #expect(LatencyEdges(shape: shape).rollback == [0, 1, 2])
    }
}
