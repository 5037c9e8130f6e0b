import CanaryReport
import CanaryStatistics
import Testing

@Suite struct AxisTicksTests {
    @Test("ticks of any range are evenly spaced round numbers that cover it")
    func linear() {
        let seed: UInt64 = 51
        var random = SeededStream(seed: seed)
        for _ in 0..<1000 {
            let size = power(random.below(24) - 12)
            let low = (random.uniform() - 0.5) * size
            let span = random.uniform() * power(random.below(14) - 13) * size
            let most = 3 + random.below(8)
            let ticks = LinearTicks(covering: low...(low + span), most: most)
            let context: Comment = "seed \(seed), \(low) + \(span), at most \(most): \(ticks.values)"
            #expect(isRound(ticks.step), context)
            #expect((2...most + 1).contains(ticks.values.count), context)
            #expect((ticks.values.first ?? .nan) <= low + ticks.step * 1e-6, context)
            #expect((ticks.values.last ?? .nan) >= low + span - ticks.step * 1e-6, context)
            // Not more than one step is wasted at each end, unless the range has no width to speak of.
            if span > size * 1e-6 { #expect(ticks.values.count > most / 3, context) }
        }
    }

    @Test("ranges without width, of all sizes, and without sense have ticks too")
    func oddRanges() {
        let ends = [0, 1, -1, Double.leastNonzeroMagnitude, 1e-300, 1e308, -1e308, .infinity, -.infinity]
        for low in ends {
            for high in ends where low <= high {
                let ticks = LinearTicks(covering: low...high, most: 5)
                #expect((2...6).contains(ticks.values.count), "\(low)...\(high)")
                #expect(ticks.values.allSatisfy(\.isFinite) && ticks.step > 0, "\(low)...\(high)")
            }
        }
        #expect(LinearTicks(covering: 0...0, most: 5).values.contains(0))
        #expect(LinearTicks(covering: 0...1, most: 5).values == [0, 0.2, 0.4, 0.6, 0.8, 1])
        #expect(LinearTicks(covering: 0.0001...0.0003, most: 3).values == [0.0001, 0.0002, 0.0003])
        #expect(LinearTicks(covering: -2...10, most: 5, areDecades: true).values == [-3, 0, 3, 6, 9, 12])
    }

    @Test("logarithmic ticks are powers of ten, with steps between them only where there is room")
    func log() {
        #expect(LogTicks(within: 1...10_000, most: 5).labelled == [1, 10, 100, 1000, 10_000])
        #expect(LogTicks(within: 4...60, most: 5).labelled == [5, 10, 20, 50])
        #expect(LogTicks(within: 1...1000, most: 7).labelled == [1, 3, 10, 30, 100, 300, 1000])
        let seed: UInt64 = 52
        var random = SeededStream(seed: seed)
        for _ in 0..<500 {
            let low = power(random.below(40) - 20) * (random.uniform() + 0.1)
            let high = low * (1 + random.uniform() * power(random.below(30)))
            let ticks = LogTicks(within: low...high, most: 6)
            let context: Comment = "seed \(seed), \(low)...\(high): \(ticks.labelled)"
            #expect(ticks.labelled.count <= 7, context)
            #expect(ticks.labelled.allSatisfy { $0 >= low * 0.999 && $0 <= high * 1.001 }, context)
            #expect(zip(ticks.labelled, ticks.labelled.dropFirst()).allSatisfy { $0 < $1 }, context)
        }
    }

    @Test("time ticks are at seconds, minutes, quarters, and hours that people count in")
    func time() {
        func labels(_ from: Double, _ to: Double, _ most: Int = 8) -> [String] {
            TimeTicks(within: from...to, most: most) { _, _ in true }.ticks.map(\.label)
        }
        #expect(labels(0, 1800, 6) == ["0", "5 min", "10 min", "15 min", "20 min", "25 min", "30 min"])
        #expect(labels(-600, 600, 4) == ["−10 min", "−5 min", "0", "5 min", "10 min"])
        #expect(labels(0, 90, 4) == ["0", "30 s", "1 min", "1 min 30 s"])
        #expect(labels(0, 5400, 3) == ["0", "30 min", "1 h", "1 h 30 min"])
        #expect(labels(0, 0.5, 5).first == "0")
        #expect(labels(0, 7 * 86400).last == "7 d")
        for (from, to) in [(0.0, 0.0), (0, 1e18), (-1e12, 1e12), (.infinity, .infinity), (3, 3.0000001)] {
            #expect(labels(from, to).count <= 61, "\(from)...\(to)")
        }
    }

    @Test("time ticks grow until their labels fit")
    func fitting() {
        let ticks = TimeTicks(within: 0...3600, most: 60) { labels, _ in labels.count <= 5 }.ticks
        #expect(ticks.map(\.label) == ["0", "15 min", "30 min", "45 min", "1 h"])
    }

    @Test("clock times wrap at midnight")
    func clock() {
        #expect(TimeTicks.clock(86_340 + 120, withSeconds: false) == "00:01")
        #expect(TimeTicks.clock(-60, withSeconds: false) == "23:59")
        #expect(TimeTicks.clock(48_605.9, withSeconds: true) == "13:30:05")
        #expect(TimeTicks.clock(.nan, withSeconds: true) == "")
    }

    @Test("values carry their unit, and percent is never mixed with percentage points")
    func units() {
        #expect(ChartUnit.share.text(0.00212) == "0.212 %")
        #expect(ChartUnit.points.text(0.049) == "+4.9 pp")
        #expect(ChartUnit.points.text(-0.0019) == "−0.19 pp")
        #expect(ChartUnit.points.text(0) == "0 pp")
        #expect(ChartUnit.change.text(0.41) == "+41 %")
        #expect(ChartUnit.milliseconds.text(184.2) == "184 ms")
        #expect(ChartUnit.milliseconds.text(2500) == "2.5 s")
        #expect(ChartUnit.millisecondShift.text(-3.25) == "−3.25 ms")
        #expect(ChartUnit.perSecond.text(1234.5) == "1,235 req/s")
        #expect(ChartUnit.percent.text(12.5) == "12.5 %")
        #expect(ChartUnit.evidence.text(3) == "1,000 : 1")
        #expect(ChartUnit.evidence.text(-2) == "1 : 100")
        #expect(ChartUnit.evidence.text(0) == "1 : 1")
        #expect(ChartUnit.evidence.text(12) == "10¹² : 1")
        #expect(ChartUnit.points.text(from: -0.0019, to: 0.0025) == "−0.19 … +0.25 pp")
        #expect(ChartUnit.change.text(from: 0.1, to: nil) == "+10 % … open")
        for value in [Double.nan, .infinity, -.infinity, 1e308, -1e308, Double.leastNonzeroMagnitude] {
            for unit: ChartUnit in [.share, .points, .change, .milliseconds, .perSecond, .evidence, .percent, .plain] {
                #expect(!unit.text(value).isEmpty && unit.text(value).count < 30, "\(unit) of \(value)")
            }
        }
    }

    private func power(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent.magnitude { result *= 10 }
        return exponent < 0 ? 1 / result : result
    }

    /// Whether it is 1, 2 or 5 times a power of ten: its shortest decimal form has that digit alone.
    private func isRound(_ step: Double) -> Bool {
        let digits = "\(step)".prefix { $0 != "e" }.filter { ("1"..."9").contains($0) }
        return ["1", "2", "5"].contains(digits)
    }
}
