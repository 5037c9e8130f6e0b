import CanaryCore
import CanaryReport
import CanaryTelemetry
import Testing

@Suite struct CompatibilityViewsTests {
    private static func window(_ requests: [String: Int], latency: [Int] = []) -> Window {
        let counts = requests.sorted { $0.key < $1.key }.map {
            ResponseCount(key: ResponseKey($0.key), count: $0.value)
        }
        return Window(seconds: 5, canary: [PodWindow(pod: "c", requests: counts, latency: latency)])
    }

    private static func views(_ ours: AnswerCounts?, _ shown: [CompatibilityViews.Shown]) -> CompatibilityViews {
        CompatibilityViews(
            versions: [CompatibilityViews.Version(label: "v2", ours: ours, shown: shown)],
            period: .seconds(300),
            at: Timestamp(milliseconds: 1_795_430_756_000)
        )
    }

    @Test("adds up what dashboards count in other ways")
    func counts() {
        let windows = [
            Self.window(["200": 900, "0": 30, "grpc-13": 20, "grpc-5": 7, "grpc-0": 40, "503": 3]),
            Self.window(["200": 1000]),
        ]

        let counts = AnswerCounts(windows, of: .canary)

        #expect(counts.requests == 2000)
        #expect(counts.failures == 23)
        #expect(counts.grpcFailures == 20)
        #expect(counts.withoutAnswer == 30)
        #expect(counts.grpcCallerErrors == 7)
        #expect(AnswerCounts(windows, of: .stable).errors == nil)
    }

    @Test("says which count makes a dashboard's number another one")
    func reasons() {
        let counts = AnswerCounts([Self.window(["200": 9850, "0": 60, "grpc-13": 40, "503": 50])], of: .canary)

        let views = Self.views(
            counts,
            [.init(.grafana, errors: 0.005), .init(.kiali, errors: 0.015)]
        )

        #expect(
            views.lines == [
                "v2 errors: ours 0.9 % of 10,000 requests; Grafana 0.5 %: it counts 40 gRPC failures as successes; "
                    + "Kiali 1.5 %: it counts 60 requests without an answer (code 0) as errors"
            ]
        )
        #expect(views.differ)
    }

    @Test("gives no reason where the numbers are the same")
    func same() {
        let counts = AnswerCounts([Self.window(["200": 99, "503": 1])], of: .canary)

        let views = Self.views(counts, [.init(.grafana, errors: 0.01), .init(.kiali, errors: 0.01000001)])

        #expect(views.lines == ["v2 errors: ours 1 % of 100 requests; Grafana 1 %; Kiali 1 %"])
        #expect(!views.differ)
    }

    @Test("blames how they count for what is left of a difference")
    func extrapolation() {
        let counts = AnswerCounts([Self.window(["200": 90, "503": 10])], of: .canary)

        let lines = Self.views(counts, [.init(.grafana, errors: 0.07)]).lines

        #expect(lines.first?.contains("rate, which extrapolates") == true)
    }

    @Test("shows percentiles beside the bucket that ours is in")
    func latency() {
        var buckets = [Int](repeating: 0, count: 20)
        buckets[5] = 980
        buckets[7] = 20
        let counts = AnswerCounts([Self.window(["200": 1000], latency: buckets)], of: .canary)

        let lines = Self.views(counts, [.init(.grafana, errors: 0, p99Milliseconds: 175)]).lines

        #expect(counts.p99Milliseconds == 100...250)
        #expect(lines.last?.hasPrefix("v2 p99: ours 100 to 250 ms, a bucket; Grafana 175 ms") == true)
    }

    @Test("says what a dashboard does not show")
    func nothing() {
        let views = Self.views(nil, [.init(.grafana, errors: .nan), .init(.kiali, fault: "no connection")])

        #expect(
            views.lines == ["v2 errors: ours not known; Grafana shows nothing; Kiali could not be asked: no connection"]
        )
    }

    @Test("does not trap on counts of any size")
    func overflow() {
        let windows = [
            Self.window(["200": .max, "503": .max], latency: [.max, .max, .max]), Self.window(["0": .max]),
        ]

        let counts = AnswerCounts(windows, of: .canary)

        #expect(counts.requests == .max)
        #expect(Self.views(counts, [.init(.kiali, errors: .infinity)]).lines.count == 1)
    }
}
