import CanaryTelemetry
import Testing

@Suite struct RecordedWindowTests {
    private static let header = #"{"schema":"haldane.windows/1","bounds":[1,10]}"#

    private func read(_ lines: String...) throws -> RecordedLine {
        var reader = RecordedWindowReader()
        var last = RecordedLine.blank
        for line in lines { last = try reader.read(line: Array(line.utf8)) }
        return last
    }

    private func error(_ line: String) -> RecordedWindowError? {
        var reader = RecordedWindowReader()
        do {
            _ = try reader.read(line: Array(Self.header.utf8))
            _ = try reader.read(line: Array(line.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test("how far a window lags behind its round is kept, and is nothing unless it is written")
    func lag() throws {
        guard case .window(_, let window) = try read(Self.header, #"{"seconds":5,"lag":30.5,"stable":[]}"#) else {
            Issue.record("no window")
            return
        }
        #expect(window.lag == 30.5)
        var bytes: [UInt8] = []
        WindowEncoder.appendHeader(to: &bytes)
        WindowEncoder.append(window, run: "a", to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""lag":30.5"#))

        guard case .window(_, let plain) = try read(Self.header, #"{"seconds":5,"stable":[]}"#) else {
            Issue.record("no window")
            return
        }
        #expect(plain.lag == 0)
        #expect(error(#"{"seconds":5,"lag":-1,"stable":[]}"#) != nil)
        #expect(error(#"{"seconds":5,"lag":1e9,"stable":[]}"#) != nil)
    }

    @Test("recorded rollouts are read")
    func fixture() throws {
        var reader = RecordedWindowReader()
        var windows: [Window] = []
        for line in try Fixture.bytes("recorded-windows.jsonl").split(separator: 10) {
            switch try reader.read(line: line) {
            case .header(let bounds): #expect(bounds == .istio)
            case .window(let run, let window):
                #expect(run == "equal_calm_4_2")
                windows.append(window)
            case .end, .blank: Issue.record("unexpected line")
            }
        }

        #expect(windows.count == 9)
        #expect(windows.map(\.isHistory) == [true, true, true] + Array(repeating: false, count: 6))
        let first = try #require(windows.first)
        #expect(first.stable.map(\.pod) == ["s-000", "s-001", "s-002", "s-003"])
        #expect(first.stable[1].requests.map(\.count) == [114, 2])
        #expect(first.stable[0].latency.reduce(0, +) == 131)
        #expect(windows.last?.canary.count == 2)
        #expect(windows.last?.weight == 5)
    }

    @Test("keys in any order, unknown keys, blanks and escapes are read")
    func freeForm() throws {
        let line = """
             { "canary" : [ ] , "x":{"y":[1,{"z":null}],"é":"\\u00e9\\ud83d\\ude00"}, "stable":[{"latency":[1,2.0,3e0],\
            "requests":{"503":1,"200":5},"pod":"a\\"\\u0062"}],"seconds":2.5,"\\u0072un":"r" }\r
            """

        let found = try read(Self.header, line)

        let pod = PodWindow(
            pod: "a\"b",
            requests: [
                ResponseCount(key: ResponseKey("200"), count: 5), ResponseCount(key: ResponseKey("503"), count: 1),
            ],
            latency: [1, 2, 3]
        )
        let bounds = try #require(LatencyBounds(milliseconds: [1, 10]))
        #expect(found == .window(run: "r", Window(seconds: 2.5, bounds: bounds, stable: [pod])))
    }

    @Test("ends and blank lines are told apart")
    func otherLines() throws {
        #expect(try read(Self.header, #"{"run":"a","end":true}"#) == .end(run: "a"))
        #expect(try read("  \t\r\n") == .blank)
        #expect(try read("") == .blank)
    }

    @Test(
        "a bad line is refused with its place",
        arguments: [
            ("[]", 1, "object"), ("{", 2, "ends"), ("{\"run\":1}", 8, "string"), ("{\"seconds\":\"5\"}", 12, "number"),
            ("{\"seconds\":0,\"stable\":[]}", 12, "above 0"), ("{\"seconds\":1e999,\"stable\":[]}", 12, "large"),
            ("{\"seconds\":01}", 12, "zero"), ("{\"seconds\":5}", 1, "'stable'"), ("{\"stable\":[]}", 1, "'seconds'"),
            ("{\"weight\":101}", 11, "0 to 100"), ("{\"history\":1}", 12, "true or false"),
            ("{\"stable\":{}}", 11, "array"),
            ("{\"stable\":[1]}", 12, "object"), ("{\"stable\":[{\"requests\":{}}]}", 12, "name"),
            ("{\"stable\":[{\"pod\":\"a\"}]}", 12, "'requests'"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{\"200\":-1}}]}", 41, "whole number"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{\"200\":1.5}}]}", 41, "whole number"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{\"200\":99999999999999999}}]}", 41, "whole number"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{\"200\":1,\"200\":1}}]}", 43, "twice"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{},\"latency\":[1,2]}]}", 47, "2 counts"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{},\"latency\":[1,2,3,4]}]}", 47, "more than 3"),
            ("{\"stable\":[{\"pod\":\"a\",\"requests\":{}},{\"pod\":\"a\",\"requests\":{}}]}", 38, "twice"),
            ("{\"run\":\"a\",\"end\":true} x", 24, "follows"), ("{\"run\":\"\\q\"}", 9, "escape"),
            ("{\"run\":\"\\ud800\"}", 9, "surrogate"), ("{\"run\":\"a", 8, "ends inside"),
            ("{\"x\":tru}", 6, "true or false"),
            ("{\"schema\":\"haldane.windows/2\"}", 11, "schema"), ("{\"schema\":\"haldane.windows/1\"}", 1, "bounds"),
            ("{\"bounds\":[2,1]}", 11, "ascending"),
            (
                "{\"history\":true,\"seconds\":5,\"stable\":[],\"canary\":[{\"pod\":\"a\",\"requests\":{}}]}", 1,
                "history"
            ),
        ]
    )
    func bad(line: String, column: Int, word: String) throws {
        let found = try #require(error(line))
        #expect(found.line == 2)
        #expect(found.column == column, "\(found)")
        #expect(found.message.contains(word), "\(found)")
    }

    @Test("a window before the header is refused, but a reader with given bounds wants none")
    func header() throws {
        let line = Array(#"{"seconds":5,"stable":[{"pod":"a","requests":{},"latency":[1,2,3]}]}"#.utf8)
        var strict = RecordedWindowReader()
        var journal = RecordedWindowReader(bounds: try #require(LatencyBounds(milliseconds: [1, 10])), startingAt: 40)

        #expect(throws: RecordedWindowError.self) { try strict.read(line: line) }
        _ = try journal.read(line: line)
        #expect(journal.lineNumber == 40)
    }

    @Test("a window without length is read only if it is not to be judged")
    func noLength() throws {
        let window = #"{"seconds":0,"stable":[]"#

        #expect(try #require(error(window + "}")).message.contains("above 0"))
        #expect(error(window + #","quality":{"unusable":{"why":"baseline"}}}"#) == nil)
    }

    @Test("nesting is bounded")
    func nesting() throws {
        let deep = "{\"x\":" + String(repeating: "[", count: 100_000)
        #expect(try #require(error(deep)).message.contains("nesting"))
    }

    @Test("random windows survive writing and reading bit for bit", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let window = try Self.randomWindow(&random)
            var bytes: [UInt8] = []
            WindowEncoder.appendHeader(to: &bytes)
            WindowEncoder.append(window, run: "r\n\"é😀\u{1}", to: &bytes)
            WindowEncoder.appendEnd(run: "r", to: &bytes)

            var reader = RecordedWindowReader()
            let lines = try bytes.split(separator: 10).map { try reader.read(line: $0) }

            #expect(lines == [.header(bounds: .istio), .window(run: "r\n\"é😀\u{1}", window), .end(run: "r")])
        }
    }

    @Test("damaged lines never trap", arguments: [7, 8, 9] as [UInt64])
    func hostile(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<1500 {
            var bytes: [UInt8] = []
            WindowEncoder.append(try Self.randomWindow(&random), run: "a", to: &bytes)
            for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(place...)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                }
            }
            var reader = RecordedWindowReader(bounds: .istio)
            _ = try? reader.read(line: bytes)
        }
    }

    private static func randomWindow(_ random: inout SeededRandom) throws -> Window {
        let hasOwnBounds = Bool.random(using: &random)
        let bounds = hasOwnBounds ? try #require(LatencyBounds(milliseconds: [0.1, 2.5, 1e6])) : LatencyBounds.istio
        let isHistory = Int.random(in: 0..<4, using: &random) == 0
        var window = Window(
            seconds: Double.random(in: 0.001...1000, using: &random),
            weight: Bool.random(using: &random) ? Double.random(in: 0...100, using: &random) : nil,
            isHistory: isHistory,
            bounds: bounds,
            stable: pods("s", bounds, &random),
            canary: isHistory ? [] : pods("c", bounds, &random)
        )
        let reasons: [WindowQuality.Unusable?] = [
            nil, .baseline, .noIstioSeries, .nothingScraped, .source(label: "stale", message: "a\n\"b\""),
            .tooFewPods(side: .canary, answered: 1, known: 3),
            .tooManyFailures(side: .unknown, failed: 9, rounds: 40),
        ]
        window.quality.unusable = reasons[Int.random(in: 0..<reasons.count, using: &random)]
        if Bool.random(using: &random) {
            window.quality.faults = [PodFault(pod: "p", side: .stable, label: "other", message: "line\t1: \\ \"x\"")]
            window.quality.canaryCallers = [CallerCount(name: "unknown", count: 1 << 53)]
            window.quality.excluded = [CallerCount(name: "FI", count: 0)]
            window.quality.unattributed = [CallerCount(name: "NR", count: 3)]
            window.quality.restarts = ["p", "q"]
        }
        return window
    }

    private static func pods(_ prefix: String, _ bounds: LatencyBounds, _ random: inout SeededRandom) -> [PodWindow] {
        (0..<Int.random(in: 0...4, using: &random)).map { index in
            var requests: [ResponseCount] = []
            for key in ["0", "200", "503", "grpc-13"] where Bool.random(using: &random) {
                requests.append(
                    ResponseCount(key: ResponseKey(key), count: Int.random(in: 0...(1 << 53), using: &random))
                )
            }
            let hasLatency = Bool.random(using: &random)
            let latency = (0..<bounds.bucketCount).map { _ in Int.random(in: 0...1000, using: &random) }
            return PodWindow(pod: "\(prefix)-\(index)", requests: requests, latency: hasLatency ? latency : [])
        }
    }
}
