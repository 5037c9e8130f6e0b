import CanaryCore
import Testing

@Suite struct FleetSelectionTests {
    @Test("services are named together, the strongest first, and the rest is not")
    func named() {
        let evidence = [("a", 1.0), ("b", 12.0), ("c", 9.0), ("d", -3.0), ("e", .nan)].map { (key: $0.0, logE: $0.1) }

        let selection = FleetSelection(evidence: evidence, rate: 0.05)

        #expect(selection.named == ["b", "c"])
        #expect(selection.judged == 5)
        #expect(selection.sentence == "named 2 of 5 services; of those named at most 5 % are expected to be wrong")
    }

    @Test("what one service alone would need grows with the number of services")
    func many() {
        // Alone K / rate = 20 is enough; among a thousand it needs 20,000.
        let alone = [(key: "x", logE: 4.0)]
        let crowd = alone + (0..<999).map { (key: "s\($0)", logE: 0.0) }

        #expect(FleetSelection(evidence: alone, rate: 0.05).named == ["x"])
        #expect(FleetSelection(evidence: crowd, rate: 0.05).named == [])
    }

    @Test("no services, or a rate of nothing, name nobody")
    func nothing() {
        #expect(FleetSelection(evidence: [], rate: 0.05).named == [])
        #expect(FleetSelection(evidence: [(key: "x", logE: 1e9)], rate: 0).named == [])
        #expect(FleetSelection(evidence: [(key: "x", logE: 1e9)], rate: .nan).named == [])
    }
}
