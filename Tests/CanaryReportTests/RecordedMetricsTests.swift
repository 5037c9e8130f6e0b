import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

/// Recorded windows that carry metrics of the user's own, judged with a spec that lists them.
@Suite struct RecordedMetricsTests {
    private func spec(_ metrics: [MetricObjective]) -> CanarySpec {
        var spec = CanarySpec(
            name: "windows",
            route: RouteSpec(object: "windows", stable: DestinationSpec(), canary: DestinationSpec()),
            telemetry: TelemetrySpec(targets: [])
        )
        spec.pace.warmup = .seconds(0)
        spec.objectives.metrics = metrics
        return spec
    }

    /// Sixty windows of history and `count` windows of two equal versions with 100 requests each.
    private func recording(_ count: Int, metrics: String) -> [UInt8] {
        var text = "{\"schema\":\"haldane.windows/1\",\"bounds\":[10,100]}\n"
        func pod(_ name: String, _ index: Int) -> String {
            "{\"pod\":\"\(name)\",\"requests\":{\"200\":99,\"503\":\(index % 2)},\"latency\":[98,2,0]}"
        }
        for index in 0..<60 {
            text += "{\"history\":true,\"seconds\":5,\"stable\":[\(pod("s", index)),\(pod("t", index + 1))]}\n"
        }
        for index in 0..<count {
            text +=
                "{\"seconds\":5,\"metrics\":\(metrics),\"stable\":[\(pod("s", index)),\(pod("t", index + 1))],"
                + "\"canary\":[\(pod("c", index))]}\n"
        }
        return Array(text.utf8)
    }

    private func answers(_ spec: CanarySpec, _ input: [UInt8], _ form: RecordedSettings.Form = .json) throws -> [UInt8]
    {
        var session = RecordedSession(settings: RecordedSettings(spec: spec, hasSpec: true, form: form))
        try session.feed(bytes: input)
        try session.finish()
        return session.takeAnswers()
    }

    private func objects(_ bytes: [UInt8]) throws -> [[String: Any]] {
        try bytes.split(separator: 10).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    private static let failing = """
        [{"name":"checkout_failures","kind":"ratio","direction":"lower",\
        "stable":{"events":2,"total":200},"canary":{"events":8,"total":100}}]
        """
    private static let objective = MetricObjective(query: "checkout_failures", tolerance: 0.005)

    @Test("a worse metric rolls back, and its numbers follow the others' in the answer")
    func degraded() throws {
        let found = try objects(answers(spec([Self.objective]), recording(60, metrics: Self.failing)))
        let last = try #require(found.last)

        #expect(last["verdict"] as? String == "degraded")
        #expect(last["decision"] as? String == "rollback")
        #expect((last["reason"] as? String)?.hasPrefix("checkout_failures: canary 8 % of ") == true)
        let metrics = try #require(last["metrics"] as? [[String: Any]])
        #expect(metrics.first?["name"] as? String == "errors")
        let own = try #require(metrics.last)
        #expect(own["name"] as? String == "checkout_failures")
        #expect(own["kind"] as? String == "ratio")
        #expect(own["direction"] as? String == "lower")
        #expect(own["tolerance"] as? Double == 0.005)
        #expect((own["canary"] as? [String: Any])?["n"] as? Double ?? 0 > 0)
        #expect((last["phi1"] as? [Double])?.count == metrics.count - 1)
        let (logE, threshold) = (last["ownLogE"] as? Double, last["ownThreshold"] as? Double)
        #expect(logE ?? 0 >= threshold ?? .infinity)
    }

    @Test("without objectives the same windows are answered as if they carried none")
    func ignored() throws {
        let with = try answers(spec([]), recording(60, metrics: Self.failing))
        let without = try answers(spec([]), recording(60, metrics: "[]"))

        #expect(with == without)
        #expect(!String(decoding: with, as: UTF8.self).contains("ownLogE"))
    }

    @Test("a metric without data holds the step and says why")
    func missing() throws {
        let absent = """
            [{"name":"checkout_failures","kind":"ratio","direction":"lower",\
            "stable":{"events":2,"total":200},"canary":{"absent":"no \\u001b[2Jseries"}}]
            """
        let text = String(
            decoding: try answers(spec([Self.objective]), recording(400, metrics: absent), .text),
            as: UTF8.self
        )

        #expect(text.contains("no data for metric checkout_failures: canary: no \u{FFFD}[2Jseries"))
        #expect(!text.contains("healthy"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test("says in words what a window shows, metrics included")
    func text() throws {
        let gauge =
            Self.failing.dropLast() + """
                ,{"name":"queue_depth","kind":"gauge","direction":"lower","stable":{"samples":8,"mean":9.75},\
                "canary":{"samples":2,"mean":10}}]
                """
        let spec = spec([Self.objective, MetricObjective(query: "queue_depth", tolerance: 0.1)])
        let text = try answers(spec, recording(5, metrics: String(gauge)), .text)

        try Golden.check(String(decoding: text, as: UTF8.self), "judge-metrics.txt")
    }
}
