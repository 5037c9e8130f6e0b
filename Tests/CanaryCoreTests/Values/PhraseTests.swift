import CanaryCore
import Testing

@Suite("Numbers in words")
struct PhraseTests {
    @Test(
        "decimals get two places below ten, one below a hundred and none above",
        arguments: [
            (0.0, "0"), (0.5, "0.5"), (0.031, "0.03"), (0.001, "0"), (9.994, "9.99"), (9.999, "10"), (12.34, "12.3"),
            (99.96, "100"), (123.4, "123"), (-0.001, "0"), (-4.9, "-4.9"), (-250.6, "-251"), (1e15, "1000000000000000"),
            (1e16, "1e+16"), (.infinity, "inf"),
        ] as [(Double, String)]
    )
    func decimal(value: Double, expected: String) {
        #expect(Phrase.decimal(value) == expected)
    }

    @Test(
        "shares are percentages",
        arguments: [(0.005, "0.5 %"), (0.12, "12 %"), (0.00031, "0.03 %"), (1, "100 %")] as [(Double, String)]
    )
    func percent(share: Double, expected: String) {
        #expect(Phrase.percent(share) == expected)
    }

    @Test(
        "differences are signed points",
        arguments: [
            (0.049, "+4.9 pp"), (-0.049, "-4.9 pp"), (0, "+0 pp"), (-0.000_001, "+0 pp"),
        ] as [(Double, String)]
    )
    func points(difference: Double, expected: String) {
        #expect(Phrase.points(difference) == expected)
    }

    @Test(
        "counts have their thousands apart",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (34_112, "34,112"), (-1_234_567, "-1,234,567"),
            (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
        ] as [(Int, String)]
    )
    func count(value: Int, expected: String) {
        #expect(Phrase.count(value) == expected)
    }

    @Test(
        "counts that are not whole are rounded, absurd ones are shown as they are",
        arguments: [
            (1234.4, "1,234"), (1235.5, "1,236"), (-0.2, "0"), (1e300, "1e+300"), (.infinity, "inf"),
        ] as [(Double, String)]
    )
    func doubleCount(value: Double, expected: String) {
        #expect(Phrase.count(value) == expected)
    }

    @Test(
        "durations are spoken in their two largest units",
        arguments: [
            (0.0, "0 s"), (0.25, "0.25 s"), (8, "8 s"), (59.7, "1 min"), (130, "2 min 10 s"), (3600, "1 h"),
            (3900, "1 h 5 min"),
            (3599.6, "1 h"), (-5, "-5 s"), (1e300, "?"), (.nan, "?"),
        ] as [(Double, String)]
    )
    func duration(seconds: Double, expected: String) {
        #expect(Phrase.duration(seconds) == expected)
    }
}
