import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

@Suite struct RecordedSessionTests {
    static let names = [
        "bursts_late_regression_6_2", "down_3_1", "equal_calm_4_2", "equal_fast_4_2", "freak_then_one_pod_5_2",
        "long_history_gaps_4_2", "plus5pp_4_2",
    ]

    private func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "CanaryStatisticsTests/Fixtures/windows/\(name)")))
    }

    /// As the oracle was made: no warm-up, a latency tolerance of 5 %.
    private func session(_ form: RecordedSettings.Form = .json) -> RecordedSession {
        var spec = CanarySpec(
            name: "windows",
            route: RouteSpec(object: "windows", stable: DestinationSpec(), canary: DestinationSpec()),
            telemetry: TelemetrySpec(targets: [])
        )
        spec.pace.warmup = .seconds(0)
        spec.objectives.latency.tolerance = 0.05
        return RecordedSession(settings: RecordedSettings(spec: spec, hasSpec: false, form: form))
    }

    private func objects(_ bytes: [UInt8]) throws -> [[String: Any]] {
        try bytes.split(separator: 10).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    /// Whether every key of `expected` is in `actual`, numbers to 1e-9 of their size.
    private func agrees(_ actual: Any?, _ expected: Any) -> Bool {
        switch (actual, expected) {
        case (let a as [Any], let e as [Any]):
            a.count == e.count && zip(a, e).allSatisfy { agrees($0, $1) }
        case (let a as NSNumber, let e as NSNumber):
            (a.doubleValue - e.doubleValue).magnitude <= 1e-9 * max(1, e.doubleValue.magnitude)
        case (let a as String, let e as String): a == e
        case (is NSNull, is NSNull): true
        default: false
        }
    }

    @Test("answers each oracle trace with every key of the oracle, to 1e-9", arguments: names)
    func oracle(name: String) throws {
        var session = session()
        try session.feed(bytes: fixture("\(name).jsonl"))
        try session.finish()
        let answers = try objects(session.takeAnswers())
        let expected = try objects(fixture("\(name).expected.jsonl"))

        #expect(answers.count == expected.count)
        for (answer, wanted) in zip(answers, expected) {
            for (key, value) in wanted {
                #expect(agrees(answer[key], value), "\(name), window \(wanted["window"] ?? "?"): \(key)")
            }
            #expect((answer["metrics"] as? [[String: Any]])?.first?["name"] as? String == "errors")
        }
    }

    @Test("gives the same bytes however the input is cut")
    func chunks() throws {
        let input = try fixture("plus5pp_4_2.jsonl")
        var whole = session()
        try whole.feed(bytes: input)
        try whole.finish()
        let expected = whole.takeAnswers()

        for size in [1, 7, 1000, 65536] {
            var session = session()
            var answers: [UInt8] = []
            var start = 0
            while start < input.count {
                let end = min(start + size, input.count)
                try session.feed(bytes: Array(input[start..<end]))
                answers += session.takeAnswers()
                start = end
            }
            try session.finish()
            #expect(answers + session.takeAnswers() == expected, "chunks of \(size)")
        }
    }

    @Test("keeps interleaved runs apart")
    func interleaved() throws {
        let lines = try fixture("equal_fast_4_2.jsonl").split(separator: 10)
        var session = session()
        try session.feed(bytes: Array(lines[0]) + [10])
        for line in lines.dropFirst() {
            for run in ["one", "two"] {
                let text = String(decoding: line, as: UTF8.self).replacing("\"equal_fast_4_2\"", with: "\"\(run)\"")
                try session.feed(bytes: Array(text.utf8) + [10])
            }
        }
        try session.finish()
        let answers = try objects(session.takeAnswers())
        let expected = try objects(fixture("equal_fast_4_2.expected.jsonl"))

        for run in ["one", "two"] {
            let own = answers.filter { $0["run"] as? String == run }
            #expect(own.count == expected.count)
            for (answer, wanted) in zip(own, expected) { #expect(agrees(answer["logE"], wanted["logE"] as Any)) }
        }
        #expect(session.exitCode == .healthy)
    }

    @Test("repeats the answer after a rollback without judging")
    func repeats() throws {
        let input = try fixture("plus5pp_4_2.jsonl")
        let last = try #require(input.split(separator: 10).last)
        var session = session()
        try session.feed(bytes: input)
        let answers = session.takeAnswers()
        try session.feed(bytes: Array(last) + [10])

        #expect(session.exitCode == .degraded)
        let final = try #require(answers.split(separator: 10).last)
        #expect(session.takeAnswers() == Array(final) + [10])
        let object = try objects(Array(final))[0]
        #expect(object["decision"] as? String == "rollback")
        #expect(object["weight"] as? Int == 0)
        #expect(object["verdict"] as? String == "degraded")
    }

    @Test("refuses a bad line with its number and keeps the answers before it")
    func badLine() throws {
        let lines = try fixture("plus5pp_4_2.jsonl").split(separator: 10)
        var session = session()
        for line in lines.dropLast() { try session.feed(bytes: Array(line) + [10]) }

        let error = #expect(throws: RecordedWindowError.self) { try session.feed(bytes: Array("{\"run\":1}\n".utf8)) }

        #expect(error?.line == lines.count)
        #expect(session.takeAnswers().isEmpty == false)
    }

    @Test("refuses more than 10,000 open runs, and frees one at its end")
    func openRuns() throws {
        var session = session()
        try session.feed(bytes: Array("{\"schema\":\"haldane.windows/1\",\"bounds\":[1,2]}\n".utf8))
        func line(_ run: Int) -> [UInt8] {
            Array("{\"run\":\"\(run)\",\"history\":true,\"seconds\":5,\"stable\":[]}\n".utf8)
        }
        for run in 0..<RecordedSettings.mostRuns { try session.feed(bytes: line(run)) }
        try session.feed(bytes: Array("{\"run\":\"0\",\"end\":true}\n".utf8))
        try session.feed(bytes: line(10_000))

        #expect(throws: RecordedWindowError.self) { try session.feed(bytes: line(10_001)) }
    }

    @Test("wants a header")
    func header() {
        var session = session()
        #expect(throws: RecordedWindowError.self) { try session.finish() }
        #expect(throws: RecordedWindowError.self) {
            try session.feed(bytes: Array("{\"seconds\":5,\"stable\":[]}\n".utf8))
        }
    }

    @Test("takes a missing weight as the expected one and a different one as the truth")
    func weights() throws {
        var session = session()
        try session.feed(bytes: Array("{\"schema\":\"haldane.windows/1\",\"bounds\":[1,2]}\n".utf8))
        let pod = "{\"pod\":\"a\",\"requests\":{\"200\":100}}"
        func window(_ weight: String) -> [UInt8] {
            Array("{\"run\":\"r\",\"seconds\":5,\(weight)\"stable\":[\(pod)],\"canary\":[\(pod)]}\n".utf8)
        }
        try session.feed(bytes: window(""))
        try session.feed(bytes: window("\"weight\":25,"))
        try session.feed(bytes: window(""))

        #expect(try objects(session.takeAnswers()).map { $0["weight"] as? Int } == [5, 25, 25])
    }

    @Test("says in words what a window shows")
    func text() throws {
        var session = session(.text)
        try session.feed(bytes: fixture("plus5pp_4_2.jsonl"))

        try Golden.check(String(decoding: session.takeAnswers(), as: UTF8.self), "judge-plus5pp.txt")
    }
}
