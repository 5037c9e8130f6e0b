import CanaryTelemetry
import Measuring

/// The exposition parser with vector instructions against its scalar twin and against the check of every line.
enum ParserBench {
    static func run() throws -> [BenchLine] {
        let page = IstioPage.make(bytes: 2 << 20)
        let configuration = CollectorConfiguration(
            reporter: .destination,
            stable: CohortSelector(workload: "demo4-deployment-v1"),
            canary: CohortSelector(workload: "demo4-deployment-v2")
        )
        func read(_ check: ExpositionCheck) throws -> PageReading {
            var reader = PageReader(configuration: configuration, check: check)
            reader.feed(page)
            let reading = reader.finish()
            if let fault = reading.fault { throw Arguments.Fault(description: "the page is refused: \(fault.message)") }
            return reading
        }
        guard try read(.istioOnly) == read(.istioOnlyScalar), try read(.istioOnly) == read(.everyLine) else {
            throw Arguments.Fault(description: "the parser and its twins read the same page differently")
        }
        let times = try Rounds.run(
            41,
            [
                { _ = try read(.istioOnly) }, { _ = try read(.istioOnlyScalar) }, { _ = try read(.everyLine) },
            ]
        )
        func speed(_ position: Int) -> String {
            let best = times[position].min() ?? 1
            let middle = Summary.median(times[position]) ?? 1
            let bytes = Double(page.count) / 1e9
            return "\((bytes / best).text(2)) GB/s (median \((bytes / middle).text(2)))"
        }
        let scalar = Rounds.ratio(times[1], to: times[0])
        let whole = Rounds.ratio(times[2], to: times[0])
        return [
            BenchLine(what: "parse a page of \((Double(page.count) / 1e6).text(1)) MB", measured: speed(0)),
            BenchLine(what: "the same, scalar twin", measured: speed(1)),
            BenchLine(what: "the same, every line checked", measured: speed(2)),
            BenchLine(
                what: "scalar twin to vectors, time",
                measured: "\(scalar.text(2))",
                limit: "at least 1",
                isMet: scalar >= 1
            ),
            BenchLine(what: "every line to vectors, time", measured: "\(whole.text(2))"),
        ]
    }
}
