import CanaryTelemetry
import Testing

@Suite struct RecordedMetricTests {
    private static let header = #"{"schema":"haldane.windows/1","bounds":[1,10]}"#

    private func window(_ metrics: String) throws -> Window {
        var reader = RecordedWindowReader()
        _ = try reader.read(line: Array(Self.header.utf8))
        let line = #"{"seconds":5,"metrics":\#(metrics),"stable":[]}"#
        guard case .window(_, let window) = try reader.read(line: Array(line.utf8)) else { throw Missing() }
        return window
    }

    private struct Missing: Error {}

    private func error(_ metrics: String) -> RecordedWindowError? {
        do {
            _ = try window(metrics)
            return nil
        } catch {
            return error as? RecordedWindowError
        }
    }

    @Test("ratios, histograms and gauges are read, whatever the order of their keys")
    func kinds() throws {
        let found = try window(
            """
            [{"canary":{"total":25,"x":[1],"events":2},"stable":{"events":3,"total":475.5},"direction":"lower",\
            "kind":"ratio","name":"checkout_failures"},\
            {"name":"seconds","kind":"histogram","direction":"higher","stable":{"counts":[300,20,4]},\
            "bounds":[-0.5,1e3],"canary":{"absent":"no series"}},\
            {"name":"depth","kind":"gauge","direction":"lower","stable":{"samples":8,"mean":-3.5},"canary":null}]
            """
        )

        #expect(
            found.metrics == [
                MetricWindow(
                    name: "checkout_failures",
                    kind: .ratio,
                    direction: .lower,
                    stable: .ratio(events: 3, total: 475.5),
                    canary: .ratio(events: 2, total: 25)
                ),
                MetricWindow(
                    name: "seconds",
                    kind: .histogram,
                    direction: .higher,
                    bounds: [-0.5, 1000],
                    stable: .histogram(counts: [300, 20, 4]),
                    canary: .absent("no series")
                ),
                MetricWindow(
                    name: "depth",
                    kind: .gauge,
                    direction: .lower,
                    stable: .gauge(samples: 8, mean: -3.5),
                    canary: .absent("no data")
                ),
            ]
        )
    }

    @Test("a window without metrics is written as before")
    func none() {
        var bytes: [UInt8] = []
        WindowEncoder.append(Window(seconds: 5), run: "r", to: &bytes)

        #expect(String(decoding: bytes, as: UTF8.self) == #"{"run":"r","seconds":5,"stable":[]}"# + "\n")
    }

    @Test("a hostile line is refused with its place", arguments: hostile)
    func hostileLine(metrics: String, column: Int, message: String) {
        let error = error(metrics)

        #expect(error?.line == 2)
        #expect(error?.column == 24 + column, "\(error?.description ?? "accepted")")
        #expect(error?.message.contains(message) == true, "\(error?.description ?? "accepted")")
    }

    private static let start = #"[{"name":"a","kind":"#
    private static let hostile: [(String, Int, String)] = [
        ("7", 0, "must be an array"),
        ("[7]", 1, "must be an object"),
        ("[{}]", 1, "without 'name'"),
        (#"[{"name":""}]"#, 9, "1 to 200 bytes"),
        (#"[{"name":"\#(String(repeating: "x", count: 201))"}]"#, 9, "1 to 200 bytes"),
        (#"[{"name":"a"}]"#, 1, "without 'kind'"),
        (start + #""rate"}]"#, 20, "must be ratio, histogram or gauge"),
        (start + #""ratio"}]"#, 1, "without 'direction'"),
        (start + #""ratio","direction":"up"}]"#, 40, "must be lower or higher"),
        (start + #""ratio","direction":"lower","stable":7}]"#, 57, "must be an object"),
        (start + #""ratio","direction":"lower","stable":{"events":1}}]"#, 57, "needs 'events' and 'total'"),
        (start + #""ratio","direction":"lower","stable":{"events":-1,"total":2}}]"#, 67, "from 0 to 2^53"),
        (start + #""ratio","direction":"lower","stable":{"events":1e16,"total":2}}]"#, 67, "from 0 to 2^53"),
        (start + #""ratio","direction":"lower","stable":{"events":1e999,"total":2}}]"#, 67, "too large"),
        (start + #""ratio","direction":"lower","stable":{"events":NaN,"total":2}}]"#, 67, "must be a number"),
        (start + #""ratio","direction":"lower","stable":{"absent":"x","total":2}}]"#, 57, "has no numbers"),
        (start + #""gauge","direction":"lower","stable":{"samples":0,"mean":2}}]"#, 57, "needs 'samples' above 0"),
        (start + #""gauge","direction":"lower","stable":{"samples":1,"mean":"2"}}]"#, 77, "must be a number"),
        (start + #""histogram","direction":"lower"}]"#, 1, "without 'bounds'"),
        (start + #""histogram","direction":"lower","bounds":[2,1]}]"#, 61, "must be ascending"),
        (
            start + #""histogram","direction":"lower","bounds":[1],"stable":{"counts":[1]}}]"#, 74,
            "needs 'counts', 2 numbers"
        ),
        (
            start + #""histogram","direction":"lower","bounds":[1],"stable":{"counts":[1,-1]}}]"#, 74,
            "needs 'counts', 2 numbers"
        ),
        (
            start + #""gauge","direction":"lower"},{"name":"a","kind":"gauge","direction":"lower"}]"#, 49,
            "names a metric twice"
        ),
        (start + #""gauge","direction":"lower"]"#, 47, "expected a comma"),
    ]

    @Test("at most sixteen metrics, 512 bounds and 513 counts are read")
    func limits() {
        func metric(_ name: Int) -> String { #"{"name":"\#(name)","kind":"gauge","direction":"lower"}"# }
        #expect(error("[\((0..<16).map(metric).joined(separator: ","))]") == nil)
        #expect(error("[\((0..<17).map(metric).joined(separator: ","))]")?.message == "more than 16 metrics")

        let many = (0..<513).map(String.init).joined(separator: ",")
        let start = #"[{"name":"a","kind":"histogram","direction":"lower","#
        #expect(error(start + #""bounds":[\#(many)]}]"#)?.message == "more than 512 numbers in 'bounds'")
        #expect(error(start + #""stable":{"counts":[\#(many),1]}}]"#)?.message == "more than 513 numbers in 'counts'")
    }

    @Test("what is written is read again bit for bit", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            var window = Window(seconds: 5, isHistory: Bool.random(using: &random))
            window.metrics = (0..<Int.random(in: 0...20, using: &random)).map { Self.metric($0, &random) }
            var bytes: [UInt8] = []
            WindowEncoder.append(window, run: nil, to: &bytes)
            var reader = RecordedWindowReader(bounds: .istio)

            let found = try reader.read(line: bytes)

            #expect(found == .window(run: "", window))
            #expect(window.metrics.count <= MetricWindow.mostMetrics)
        }
    }

    @Test("damaged metrics never trap", arguments: [6, 7] as [UInt64])
    func damaged(seed: UInt64) {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            var window = Window(seconds: 5)
            window.metrics = (0..<3).map { Self.metric($0, &random) }
            var bytes: [UInt8] = []
            WindowEncoder.append(window, run: nil, to: &bytes)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place...)
                default: bytes.insert(contentsOf: bytes[..<min(place, 20)], at: place)
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            var reader = RecordedWindowReader(bounds: .istio)
            // Refused or read, whichever it is.
            _ = try? reader.read(line: bytes)
        }
    }

    /// Any metric, with odd numbers among its values and sides of other kinds.
    private static func metric(_ place: Int, _ random: inout SeededRandom) -> MetricWindow {
        let names = ["m\(place)", "same", "", "a \"b\"\n\u{1}é", String(repeating: "é", count: 101)]
        let bounds = (0..<Int.random(in: 0...5, using: &random)).map { Double($0) / 3 - 1 }
        return MetricWindow(
            name: names.randomElement(using: &random) ?? "",
            kind: MetricWindow.Kind.allCases.randomElement(using: &random) ?? .ratio,
            direction: Bool.random(using: &random) ? .lower : .higher,
            bounds: Bool.random(using: &random) ? bounds : bounds.reversed(),
            stable: side(bounds.count + 1, &random),
            canary: side(bounds.count + 1, &random)
        )
    }

    private static func side(_ buckets: Int, _ random: inout SeededRandom) -> MetricSide {
        func number() -> Double {
            let odd: [Double] = [.nan, .infinity, -1, -0.0, 0, 1e300, 0x1p53, 0.1, .leastNonzeroMagnitude]
            return Int.random(in: 0..<4, using: &random) == 0
                ? odd.randomElement(using: &random) ?? 0 : Double.random(in: 0...1e9, using: &random)
        }
        return switch Int.random(in: 0..<5, using: &random) {
        case 0: .absent(String(repeating: "a\"\u{7}", count: Int.random(in: 0...150, using: &random)))
        case 1, 2: .ratio(events: number(), total: number())
        case 3: .histogram(counts: (0..<buckets).map { _ in number() })
        default: .gauge(samples: number(), mean: number())
        }
    }
}
