import CanaryCore
import CanaryReport
import CanaryTelemetry

/// A judgement that is made up: real windows, a real judge, no IO.
struct PastSample {
    let report: PastReport
    let explanation: PastExplanation

    static let from = Timestamp(milliseconds: 1_795_356_000_000)

    /// - Parameters:
    ///   - errors: failure share of the second side; the first one's is 0.5 %.
    ///   - canaryWindows: windows in which the canary gets 10 %.
    init(_ purpose: RunHeader.Purpose, errors: Double, canaryWindows: Int = 120, unusable: Int = 0) {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090"))
        )
        spec.pace.warmup = .zero
        if purpose == .beforeAfter {
            spec = BeforeAfter.spec(spec, stable: spec.route.stable, canary: spec.route.canary)
        }
        let header = RunHeader(
            version: "0.0.0",
            run: "run-20261123T091500-000",
            startedAt: Self.from,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService test1/demo4-vs",
            purpose: purpose
        )
        var traffic = Traffic()
        var judgement = PastJudgement(spec: spec, purpose: purpose, from: Self.from)
        var at = Self.from.advanced(by: .seconds(-1800))
        func next() -> Timestamp {
            at = at.advanced(by: .seconds(5))
            return at
        }
        for _ in 0..<384 { _ = judgement.judge(TimedWindow(at: next(), window: traffic.window(0, errors))) }
        for index in 0..<canaryWindows {
            var window = traffic.window(purpose == .past ? 0.1 : 0.5, errors)
            if index < unusable { window.quality.unusable = .nothingScraped }
            _ = judgement.judge(TimedWindow(at: next(), window: window))
        }
        let outcome = judgement.account.outcome(PastWords(header))
        let notes =
            purpose == .past
            ? ["v1 carried the traffic at the beginning and is stable; v2 is the canary"]
            : ["v1 served before, v2 after"]
        let question: PastQuestion =
            purpose == .past
            ? .sideBySide(from: Self.from, to: at)
            : .beforeAfter(before: Self.from.advanced(by: .seconds(720)), after: Self.from, span: .seconds(720))
        report = PastReport(
            header: header,
            question: question,
            account: judgement.account,
            outcome: outcome,
            step: .seconds(5),
            samples: 123_456,
            notes: notes,
            journalPath: ".haldane/test1-demo4/past/run-20261123T091500-000.journal.zst"
        )
        var ledger = RunLedger(startedAt: Self.from)
        for note in notes { ledger.noticed(Notice(.info, Reason("past", note)), at: Self.from) }
        ledger.finished(outcome, at: at)
        explanation = PastExplanation(header: header, ledger: ledger, account: judgement.account, outcome: outcome)
    }

    private struct Traffic {
        private var random: UInt64 = 1

        mutating func window(_ share: Double, _ errors: Double) -> Window {
            let canary = 1500 * share
            return Window(
                seconds: 5,
                stable: (0..<4).map { pod("s-\($0)", (1500 - canary) / 4, 0.005) },
                canary: share > 0 ? (0..<2).map { pod("c-\($0)", canary / 2, errors) } : []
            )
        }

        private mutating func pod(_ name: String, _ requests: Double, _ errors: Double) -> PodWindow {
            let total = Int(requests.rounded())
            let failed = min(Int((Double(total) * errors * 2 * next()).rounded()), total)
            var latency = [Int](repeating: 0, count: 20)
            let good = total - failed
            latency[4] = good / 2
            latency[5] = good / 3
            latency[6] = good - latency[4] - latency[5]
            return PodWindow(
                pod: name,
                requests: [
                    ResponseCount(key: ResponseKey("200"), count: good),
                    ResponseCount(key: ResponseKey("503"), count: failed),
                ],
                latency: latency
            )
        }

        /// 0..<1, by Knuth's linear congruential generator.
        private mutating func next() -> Double {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(random >> 11) / Double(1 << 53)
        }
    }
}
