import CanaryStatistics
import Testing

@Suite("Seeded streams")
struct SeededStreamTests {
    @Test("the numbers of a seed are the same for ever")
    func pinned() {
        var stream = SeededStream(seed: 7, lanes: 1, 2)

        let numbers = (0..<3).map { _ in stream.next() }
        #expect(numbers == [15_596_810_811_339_573_158, 2_723_068_429_751_754_397, 12_182_844_747_645_776_873])
    }

    @Test("lanes and seeds make other streams")
    func lanes() {
        let streams = [
            SeededStream(seed: 7), SeededStream(seed: 8), SeededStream(seed: 7, lanes: 0),
            SeededStream(seed: 7, lanes: 1),
            SeededStream(seed: 7, lanes: 0, 0), SeededStream(seed: 7, lanes: 0, 1), SeededStream(seed: 7, lanes: 1, 0),
        ]

        #expect(Set(streams).count == streams.count)
        #expect(
            Set(
                streams.map { stream in
                    var stream = stream
                    return stream.next()
                }
            ).count == streams.count
        )
    }

    @Test("every choice is equally likely, and without repetition")
    func choice() {
        var stream = SeededStream(seed: 3)
        var counts: [Set<Int>: Int] = [:]
        for _ in 0..<6000 { counts[Set(stream.choose(2, of: [0, 1, 2, 3])), default: 0] += 1 }

        #expect(counts.count == 6)
        #expect(counts.allSatisfy { $0.key.count == 2 && (880...1120).contains($0.value) })
        #expect(stream.choose(9, of: [1, 2]).sorted() == [1, 2])
        #expect(stream.choose(-1, of: [1, 2]) == [])
        #expect(stream.below(0) == 0 && stream.below(-5) == 0)
    }
}
