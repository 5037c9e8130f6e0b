import CanaryTelemetry
import Testing

@Suite("PrometheusDecoder with hostile answers", .timeLimit(.minutes(2)))
struct PrometheusDecoderHostileTests {
    private static let whole = #"""
        {"status":"success","isPartial":false,"data":{"resultType":"matrix","result":[
        {"metric":{"pod":"a\u00e9\"","le":"+Inf"},"values":[[1795398502.994,"12"],[1795398507,"1.5e+3"]]},
        {"metric":{"pod":"b"},"values":[[1795398502.994,"NaN"]],"x":[{"y":[null,1,"\\"]}]}],"stats":{}},
        "warnings":["w"]}
        """#

    private static let matrix = #"{"status":"success","data":{"resultType":"matrix","result":["#

    private static func fed(_ bytes: [UInt8], by size: Int) throws -> PrometheusAnswer {
        var decoder = PrometheusDecoder()
        var answer = PrometheusAnswer()
        var index = 0
        while index < bytes.count {
            let end = min(index + size, bytes.count)
            try decoder.feed(Array(bytes[index..<end])) { answer.series.append($0) }
            index = end
        }
        answer.summary = try decoder.finish { answer.series.append($0) }
        return answer
    }

    /// NaN differs from itself.
    private static func shown(_ answer: PrometheusAnswer) -> [String] {
        answer.series.map { "\($0.text) \($0.times) \($0.values)" } + ["\(answer.summary)"]
    }

    @Test("every size of pieces gives the same answer")
    func pieces() throws {
        let bytes = Array(Self.whole.utf8)
        let expected = Self.shown(try PrometheusAnswer(bytes))

        for size in 1...bytes.count { #expect(Self.shown(try Self.fed(bytes, by: size)) == expected, "\(size)") }
    }

    @Test("every answer that is cut short is refused as such")
    func prefixes() {
        let bytes = Array(Self.whole.utf8)

        for count in 0..<bytes.count {
            let error = #expect(throws: PrometheusDecodeError.self, "\(count) bytes") {
                try PrometheusAnswer(Array(bytes[..<count]))
            }
            #expect(error?.code == .truncated, "\(count) bytes: \(error?.message ?? "")")
        }
    }

    @Test("no change of single bytes makes the decoder trap, and answers stay within what was sent")
    func mutations() {
        let seed: UInt64 = 20_251_123
        var random = SeededRandom(seed: seed)
        let bytes = Array(Self.whole.utf8)
        for _ in 0..<20_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let answer = try? Self.fed(changed, by: Int.random(in: 1...80, using: &random))
            #expect((answer?.summary.samples ?? 0) <= 3, "seed \(seed)")
        }
    }

    @Test(
        "answers of the wrong shape are refused with a place",
        arguments: [
            (#"<html><body>Log in</body></html>"#, PrometheusDecodeError.Code.notJSON),
            ("", .truncated),
            ("   ", .truncated),
            (#"[]"#, .notJSON),
            (#"{}"#, .malformed),
            (#"{"status":"success"}"#, .malformed),
            (#"{"status":"maybe"}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"vector"}}"#, .malformed),
            (#"{"status":"success","data":{"result":[]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"tensor","result":[]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"scalar","result":[]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"vector","result":[1,"2"]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"scalar","result":[1]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"scalar","result":[1,"2",3]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"matrix","result":[],"result":[]}}"#, .malformed),
            (#"{"status":"success","data":{"resultType":"matrix","result":[]}} x"#, .malformed),
        ]
    )
    func shapes(text: String, code: PrometheusDecodeError.Code) {
        let error = #expect(throws: PrometheusDecodeError.self) { try PrometheusAnswer(Array(text.utf8)) }

        #expect(error?.code == code)
        #expect((error?.offset ?? -1) >= 0)
    }

    @Test(
        "series of the wrong shape are refused",
        arguments: [
            #"{"metric":{},"value":[1,"2"]}]}}"#,
            #"{"metric":{}}]}}"#,
            #"{"values":[[1,2]]}]}}"#,
            #"{"values":[["1","2"]]}]}}"#,
            #"{"values":[[1e99,"2"]]}]}}"#,
            #"{"values":[[1,"two"]]}]}}"#,
            #"{"metric":{"a":"1","a":"2"},"values":[]}]}}"#,
            #"{"metric":{"a":"\ud800"},"values":[]}]}}"#,
        ]
    )
    func series(tail: String) {
        let error = #expect(throws: PrometheusDecodeError.self) {
            try PrometheusAnswer(Array((Self.matrix + tail).utf8))
        }

        #expect(error?.code == .malformed)
        #expect((error?.offset ?? 0) >= 0)
    }

    @Test("depth, strings, labels, series and samples are bounded")
    func limits() {
        let head = Self.matrix
        let limits = PrometheusLimits(
            depth: 8,
            tokenBytes: 100,
            labels: 2,
            labelBytes: 80,
            series: 2,
            samplesOfSeries: 3,
            samples: 4
        )
        let answers = [
            String(repeating: #"{"a":["#, count: 8),
            #"{"a":""# + String(repeating: "x", count: 300),
            #"{"a":"# + String(repeating: "1", count: 300),
            head + #"{"metric":{"a":"1","b":"2","c":"3"},"values":[]}]}}"#,
            head + #"{"metric":{"a":"\#(String(repeating: "x", count: 90))"},"values":[]}]}}"#,
            head + #"{"values":[]},{"values":[]},{"values":[]}]}}"#,
            head + #"{"values":[[1,"1"],[2,"1"],[3,"1"],[4,"1"]]}]}}"#,
            head + #"{"values":[[1,"1"],[2,"1"],[3,"1"]]},{"values":[[1,"1"],[2,"1"]]}]}}"#,
        ]
        for text in answers {
            let error = #expect(throws: PrometheusDecodeError.self) {
                try PrometheusAnswer(Array(text.utf8), limits: limits)
            }
            #expect(error?.code == .tooLarge, "\(text.prefix(120)): \(error?.description ?? "")")
        }
    }

    @Test("generated answers come back as they were made")
    func generated() throws {
        let seed: UInt64 = 4
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var expected: [String] = []
            var parts: [String] = []
            for index in 0..<Int.random(in: 0...8, using: &random) {
                let step = Int64.random(in: 1...60_000, using: &random)
                var time = Int64.random(in: 0...2_000_000_000_000, using: &random)
                var times: [Int64] = []
                var values: [Double] = []
                var samples: [String] = []
                for _ in 0..<Int.random(in: 0...40, using: &random) {
                    let value = Self.value(&random)
                    times.append(time)
                    values.append(value)
                    let fraction = String(time % 1000 + 1000).dropFirst()
                    let isShort = time % 1000 == 0 && Bool.random(using: &random)
                    let seconds = "\(time / 1000)" + (isShort ? "" : ".\(fraction)")
                    let blank = Bool.random(using: &random) ? "" : " "
                    samples.append("[\(seconds),\(blank)\"\(Self.text(value))\"]")
                    time += step
                }
                let list = samples.joined(separator: ",")
                parts.append(#"{"metric":{"pod":"p\#(index)","code":"200"},"values":[\#(list)]}"#)
                expected.append("{code=\"200\",pod=\"p\(index)\"} \(times) \(values)")
            }
            let text = Self.matrix + parts.joined(separator: ",") + "]}}"

            let answer = try Self.fed(Array(text.utf8), by: Int.random(in: 1...500, using: &random))

            #expect(answer.series.map { "\($0.text) \($0.times) \($0.values)" } == expected, "seed \(seed)")
        }
    }

    /// As Prometheus writes it.
    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        return value == .infinity ? "+Inf" : value == -.infinity ? "-Inf" : "\(value)"
    }

    private static func value(_ random: inout SeededRandom) -> Double {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3: Double.random(in: -1e6...1e6, using: &random)
        case 4: Double(bitPattern: UInt64.random(in: 0...0x7FE0_0000_0000_0000, using: &random))
        default: Double(Int.random(in: 0...9_007_199_254_740_992, using: &random))
        }
    }
}
