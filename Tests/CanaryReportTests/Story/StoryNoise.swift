import CanaryCore
import CanaryTelemetry

/// Journals of any shape: entries that no run would write in this order, with numbers that no mesh would show.
struct StoryNoise {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func header() -> RunHeader {
        var header = StoryRun().header
        header.purpose = pick([nil, nil, .past, .beforeAfter])
        return header
    }

    mutating func entries(_ header: RunHeader) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var at = header.startedAt.advanced(by: .seconds(-20))
        for _ in 0..<(200 + below(600)) {
            // Clocks stand still, are set back, and jump.
            at = at.advanced(by: .milliseconds(pick([5000, 5000, 5000, 0, -3000, 1_000_000])))
            if below(8) > 0 { entries.append(.window(window())) }
            entries.append(.event(event(), at: at))
        }
        return entries
    }

    private mutating func event() -> JournalEvent {
        switch below(14) {
        case 0: .recalled
        case 1:
            .intent(
                plan: WeightPlan(canaryPercent: percent(), purpose: pick([.step, .promotion, .rollback])),
                revision: RouteRevision("r")
            )
        case 2: .input(.applied(snapshot()))
        case 3: .input(.routeRead(snapshot()))
        case 4: .input(.refused(.unavailable(Reason("x", name()))))
        case 5:
            .input(
                .command(
                    Rollout.OperatorCommand(
                        pick(Rollout.OperatorCommand.Verb.allCases),
                        reason: name(),
                        by: pick([nil, name()])
                    )
                )
            )
        case 6: .notice(Notice(pick([.info, .warning, .page]), Reason(name(), name())))
        case 7: pick([.interrupted(Reason("i", name())), .resumed(Reason("r", name()))])
        default: .judged(context: context(), verdict: verdict())
        }
    }

    private mutating func context() -> JudgingContext {
        JudgingContext(
            phase: pick([.watching, .analyzing, .analyzing, .analyzing, .baking, .idle]),
            canaryPercent: percent(),
            step: below(5),
            isFirstAfterWeightChange: below(4) == 0,
            countsForPromotion: below(2) == 0
        )
    }

    private mutating func verdict() -> Verdict {
        Verdict(
            kind: pick([.healthy, .degraded, .undecided, .unknown]),
            decision: pick([.hold, .hold, .advance, .promote, .rollback]),
            reason: Reason(pick(["errors", "latency", "absolute", "suspicion", "metric"]), name()),
            window: below(3),
            logE: number(),
            logD: number(),
            harmThreshold: number(),
            safetyThreshold: number(),
            findings: (0..<below(5)).map { place in
                Finding(
                    name: place == 0 ? "errors" : name(),
                    edge: place == 0 ? nil : number(),
                    logE: number(),
                    penalty: number(),
                    safety: below(2) == 0 ? nil : Finding.Safety(logN: number(), isLatched: below(2) == 0),
                    stable: Finding.Tally(events: number(), requests: number()),
                    canary: Finding.Tally(events: number(), requests: number()),
                    difference95: below(2) == 0 ? nil : Finding.Range(low: number(), high: number())
                )
            },
            notes: [name()]
        )
    }

    private mutating func window() -> Window {
        Window(
            seconds: pick([5, 5, 5, 0, 1e300, .nan, .infinity]),
            bounds: pick([.istio, LatencyBounds(milliseconds: [1, 5, 100]) ?? .istio]),
            stable: (0..<below(4)).map { _ in pod() },
            canary: (0..<below(3)).map { _ in pod() },
            quality: WindowQuality(
                unusable: pick([nil, nil, nil, .baseline, .nothingScraped]),
                faults: [PodFault(pod: name(), side: .unknown, label: name(), message: name())],
                canaryCallers: [CallerCount(name: name(), count: count())],
                restarts: [name()]
            )
        )
    }

    private mutating func pod() -> PodWindow {
        PodWindow(
            pod: name(),
            requests: ["0", "200", "499", "503", "grpc-14"].map {
                ResponseCount(key: ResponseKey($0), count: count())
            },
            latency: (0..<below(25)).map { _ in count() }
        )
    }

    private mutating func snapshot() -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("r\(below(3))"),
            weights: RouteWeights(stable: below(101), canary: below(101)),
            place: name(),
            writer: pick([nil, name()])
        )
    }

    private mutating func percent() -> Double { pick([0, 5, 5, 5, 10, 50, 100]) }

    private mutating func count() -> Int { pick([0, 1, 3, 100, 2000, 1 << 40]) }

    private mutating func number() -> Double { pick([0, 0.5, 1, 4.7, -3, 100, .nan, .infinity, -.infinity, 1e308]) }

    private mutating func name() -> String {
        pick(["a", "b|c", "<script>", "x\u{0}\u{1B}[31m", "`rm -rf`", "p\n# q", "]]>", "\u{FFFE}é😀", "\(below(300))"])
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    private mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(limit, 1)
    }
}
