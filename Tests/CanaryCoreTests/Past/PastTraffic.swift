import CanaryCore
import CanaryTelemetry

/// A service in the past: 4 + 2 pods, windows of five seconds, made of a seed.
struct PastTraffic {
    static let spec: CanarySpec = {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:1/stats/prometheus"])
        )
        spec.pace.warmup = .zero
        return spec
    }()

    /// The beginning of the judged time.
    static let from = Timestamp(milliseconds: 1_795_356_000_000)

    var random: SeededGenerator
    var requests = 1500
    var stableErrors = 0.005
    var canaryErrors = 0.005
    private(set) var windows: [TimedWindow] = []
    private(set) var at: Timestamp

    /// - Parameter history: windows before the judged time.
    init(seed: UInt64, history: Int = 360, requests: Int = 1500, canaryErrors: Double = 0.005) {
        random = SeededGenerator(seed: seed)
        self.requests = requests
        self.canaryErrors = canaryErrors
        at = Self.from.advanced(by: .seconds(-5 * history))
        add(history, share: 0)
    }

    /// Adds windows in which the canary gets this share.
    mutating func add(_ count: Int, share: Double, unusable: WindowQuality.Unusable? = nil) {
        for _ in 0..<count {
            at = at.advanced(by: .seconds(5))
            var canary = 0
            for _ in 0..<requests where chance(share) { canary += 1 }
            let window = Window(
                seconds: 5,
                stable: canary == requests ? [] : pods("s", 4, requests - canary, stableErrors),
                canary: canary > 0 ? pods("c", 2, canary, canaryErrors) : [],
                quality: WindowQuality(unusable: unusable)
            )
            windows.append(TimedWindow(at: at, window: window))
        }
    }

    /// The judgement of all windows.
    func judged(
        _ spec: CanarySpec = PastTraffic.spec
    ) -> (judgement: PastJudgement, entries: [PastJudgement.Entry]) {
        var judgement = PastJudgement(spec: spec, purpose: .past, from: Self.from)
        let entries = judgement.judge(PastTelemetry(windows: windows, step: .seconds(5)))
        return (judgement, entries)
    }

    func outcome(_ spec: CanarySpec = PastTraffic.spec) -> (account: PastAccount, outcome: Outcome) {
        let account = judged(spec).judgement.account
        return (account, account.outcome(Self.words))
    }

    static let words = PastWords(
        RunHeader(
            version: "test",
            run: "run-1",
            startedAt: from,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService test1/demo4-vs",
            purpose: .past
        )
    )

    private mutating func pods(_ name: String, _ count: Int, _ requests: Int, _ errors: Double) -> [PodWindow] {
        var total = [Int](repeating: 0, count: count)
        var failed = total
        var latency = [[Int]](repeating: [Int](repeating: 0, count: LatencyBounds.istio.bucketCount), count: count)
        for _ in 0..<requests {
            let pod = Int(random.next() % UInt64(count))
            total[pod] += 1
            if chance(errors) { failed[pod] += 1 } else { latency[pod][3 + Int(random.next() % 4)] += 1 }
        }
        return (0..<count).map { pod in
            PodWindow(
                pod: "\(name)-\(pod)",
                requests: [
                    ResponseCount(key: ResponseKey("200"), count: total[pod] - failed[pod]),
                    ResponseCount(key: ResponseKey("503"), count: failed[pod]),
                ],
                latency: latency[pod]
            )
        }
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double(random.next() >> 11) * 0x1p-53 < probability
    }
}
