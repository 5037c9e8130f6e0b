import CanaryReport
import CanaryStatistics
import Testing

@Suite struct PolyLineTests {
    @Test("a simplified line stays within its tolerance at every point left out", arguments: 1...8)
    func tolerance(seed: UInt64) {
        var random = SeededStream(seed: seed)
        var x = 0.0
        var y = 0.0
        let points = (0..<200).map { _ in
            x += random.below(6) == 0 ? 0 : random.uniform() * 9
            y += (random.uniform() - 0.5) * (random.below(9) == 0 ? 40 : 0.5)
            return PolyLine.Point(x, y)
        }
        let kept = PolyLine.simplified(points, tolerance: 0.5, column: 1)
        #expect(kept.first == points.first && kept.last == points.last, "seed \(seed)")
        #expect(kept.count < points.count, "seed \(seed)")
        var index = 0
        for point in points {
            while index + 1 < kept.count, kept[index + 1].x < point.x { index += 1 }
            let (from, to) = (kept[index], kept[min(index + 1, kept.count - 1)])
            guard to.x > from.x, point.x > from.x, point.x < to.x else { continue }
            let drawn = from.y + (to.y - from.y) * (point.x - from.x) / (to.x - from.x)
            #expect((drawn - point.y).magnitude <= 0.5 + 1e-9, "seed \(seed) at \(point)")
        }
    }

    @Test("of thousands of points each column keeps its extremes, and a spike survives")
    func extremes() {
        var points = (0..<30_000).map { PolyLine.Point(Double($0) / 100, Double($0 % 7)) }
        points[12_345].y = 99
        let both = PolyLine.simplified(points, tolerance: 0.4, column: 3)
        #expect(both.count <= 203)
        #expect(both.contains(points[12_345]))
        #expect(!PolyLine.simplified(points, tolerance: 0.4, column: 3, keep: .top).contains(points[12_345]))
        #expect(PolyLine.simplified(points, tolerance: 0.4, column: 3, keep: .bottom).contains(points[12_345]))
    }

    @Test("levels that do not differ are one")
    func levels() {
        let points = [1, 1, 1.1, 5, 5, 1].enumerated().map { PolyLine.Point(Double($0), $1) }
        let kept = PolyLine.levelled(points, tolerance: 0.5, column: 0.1)
        #expect(kept == [points[0], points[3], points[5]])
    }

    @Test("labels are moved apart as little as needed, in order, within the plot", arguments: 1...5)
    func spread(seed: UInt64) throws {
        var random = SeededStream(seed: seed)
        for _ in 0..<50 {
            let wanted = (0..<random.below(13)).map { _ in random.uniform() * 260 - 30 }
            let found = try #require(LabelSpread.positions(wanted, gap: 16, within: 0...200), "seed \(seed)")
            let order = wanted.indices.sorted { found[$0] < found[$1] }
            for (one, other) in zip(order, order.dropFirst()) {
                #expect(found[other] - found[one] >= 16 - 1e-9, "seed \(seed): \(wanted)")
                #expect(wanted[one] <= wanted[other] || found[other] - found[one] >= 16, "seed \(seed)")
            }
            #expect(found.allSatisfy { (-1e-9...200 + 1e-9).contains($0) }, "seed \(seed): \(wanted)")
        }
        #expect(LabelSpread.positions([10, 50, 100], gap: 16, within: 0...200) == [10, 50, 100])
        #expect(LabelSpread.positions([50, 50], gap: 16, within: 0...200) == [42, 58])
        #expect(LabelSpread.positions([1, 2, 3], gap: 16, within: 0...20) == nil)
    }
}
