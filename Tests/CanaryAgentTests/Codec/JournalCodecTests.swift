import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Testing

@Suite("JournalCodec")
struct JournalCodecTests {
    private static let doubles: [Double] = [
        0, -0.0, 0.1, 1.0 / 3, -1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 2.3e-308,
        9_007_199_254_740_992, 1e15, 1e21,
        123_456_789.123_456_78, .infinity, -.infinity,
    ]

    private static let reasons = [
        Reason("", ""), Reason("a", "line\nbreak \"quoted\" \\ / tab\t nul\u{0} \u{1F600} é \u{2028}"),
    ]

    private static func verdict(_ double: Double) -> Verdict {
        Verdict(
            kind: .undecided,
            decision: .hold,
            reason: reasons[1],
            window: 7,
            logE: double,
            logD: -double,
            harmThreshold: double,
            safetyThreshold: double,
            findings: [
                Finding(
                    name: "latency>25ms",
                    edge: double,
                    logE: double,
                    penalty: double,
                    safety: Finding.Safety(logN: double, isLatched: true),
                    stable: Finding.Tally(events: double, requests: double),
                    canary: Finding.Tally(events: double, requests: double)
                ),
                Finding(
                    name: "errors",
                    edge: nil,
                    logE: 0,
                    penalty: 0,
                    safety: nil,
                    stable: Finding.Tally(events: 0, requests: 0),
                    canary: Finding.Tally(events: 0, requests: 0)
                ),
            ],
            missingRequests: .max,
            notes: ["a", ""]
        )
    }

    private static var events: [JournalEvent] {
        let snapshot = RouteSnapshot(
            revision: RouteRevision("a-1"),
            weights: RouteWeights(stable: .max, canary: .min),
            place: "x.yaml: é",
            reach: .segmentOfStable(elsewhere: "rule 1")
        )
        let plan = WeightPlan(canaryPercent: 12.5, purpose: .step)
        let inputs: [Rollout.Input] =
            [
                .routeRead(snapshot), .routeUnreadable(reasons[1]), .applied(snapshot), .refused(.conflict(reasons[0])),
                .refused(.unavailable(reasons[1])), .refused(.impossible(reasons[1])), .journalLost(reasons[0]), .tick,
                .priorHistory(windows: .max, seconds: -0.0),
                .judged(
                    Rollout.WindowSummary(
                        seconds: .leastNonzeroMagnitude,
                        stableRequests: .max,
                        canaryRequests: .min,
                        isUsable: true,
                        canaryCallers: ["a"]
                    ),
                    verdict(1)
                ),
            ]
            + Rollout.OperatorCommand.Verb.allCases.map { .command(Rollout.OperatorCommand($0, reason: "why")) }
        let holds: [Outcome.Hold] = [
            .deadline, .contested, .weightNotEffective, .capacity, .telemetryLost, .journalLost,
        ]
        let outcomes: [Outcome] =
            [
                .promoted(reasons[0]), .rolledBack(reasons[1], .proved), .rolledBack(reasons[1], .incomplete("who")),
                .stopped(reasons[1]), .refused(reasons[1]),
            ] + holds.map { .held($0, reasons[1]) }
        let contexts = [JudgingContext.Phase.watching, .analyzing, .baking, .idle].map {
            JudgingContext(
                phase: $0,
                canaryPercent: 1.0 / 3,
                step: .max,
                isFirstAfterWeightChange: true,
                countsForPromotion: false
            )
        }
        var events: [JournalEvent] = [
            .recalled, .interrupted(reasons[1]), .resumed(reasons[1]), .intent(plan: plan, revision: RouteRevision("")),
            .intent(plan: .allStable, revision: RouteRevision("\u{0}")),
            .intent(plan: WeightPlan(canaryPercent: -0.0, purpose: .promotion), revision: RouteRevision("r")),
            .notice(Notice(.info, reasons[0])), .notice(Notice(.warning, reasons[1])),
            .notice(Notice(.page, reasons[1])),
        ]
        events += inputs.map { .input($0) }
        events += outcomes.map { .finished($0) }
        events += contexts.flatMap { context in doubles.map { .judged(context: context, verdict: verdict($0)) } }
        return events
    }

    @Test("every event reads back as it was written, doubles bit for bit")
    func events() throws {
        var codec = JournalCodec()
        for at in [0, 1, -1, .max, .min, 1_767_225_600_000] as [Int64] {
            for event in Self.events {
                let entry = JournalEntry.event(event, at: Timestamp(milliseconds: at))
                let bytes = try codec.encode(entry)
                #expect(!bytes.contains(10))
                let read = try codec.decode(bytes)
                #expect(read == entry)
                #expect(try codec.encode(read) == bytes, "the signs of zeros and the like")
                guard case .event(.judged(_, let before), _) = entry, case .event(.judged(_, let after), _) = read
                else { continue }
                #expect(after.logE.bitPattern == before.logE.bitPattern)
                #expect(after.findings.map(\.logE.bitPattern) == before.findings.map(\.logE.bitPattern))
                #expect(after.findings[0].safety?.logN.bitPattern == before.findings[0].safety?.logN.bitPattern)
            }
        }
    }

    @Test("random doubles of every magnitude read back bit for bit")
    func randomDoubles() throws {
        var codec = JournalCodec()
        var chance = SeededRandom(seed: 11)
        for _ in 0..<3000 {
            let double = Double(bitPattern: chance.next())
            guard !double.isNaN else { continue }
            let entry = JournalEntry.event(
                .judged(
                    context: JudgingContext(
                        phase: .analyzing,
                        canaryPercent: double,
                        step: 0,
                        isFirstAfterWeightChange: false,
                        countsForPromotion: true
                    ),
                    verdict: Self.verdict(double)
                ),
                at: RunRig.start
            )
            guard case .event(.judged(let context, let verdict), _) = try codec.decode(try codec.encode(entry)) else {
                Issue.record("another entry came back")
                return
            }
            #expect(context.canaryPercent.bitPattern == double.bitPattern)
            #expect(verdict.logE.bitPattern == double.bitPattern)
            #expect(verdict.findings[0].edge?.bitPattern == double.bitPattern)
        }
    }

    @Test("windows read back as they were written")
    func windows() throws {
        var codec = JournalCodec()
        var window = EvenTraffic().window(round: 3, canaryPercent: 20)
        window.weight = 20
        window.quality = WindowQuality(
            unusable: .tooFewPods(side: .canary, answered: 0, known: 3),
            faults: [PodFault(pod: "c-0", side: .canary, label: "timeout", message: "a \"b\"\n\\ \u{1F600}")],
            canaryCallers: [CallerCount(name: "gateway", count: 1 << 53)],
            restarts: ["s-1"]
        )
        var other = window
        other.bounds = try #require(LatencyBounds(milliseconds: [0.1, 1.0 / 3, 1e300]))
        other.stable = [PodWindow(pod: "", requests: [], latency: [1, 2, 3, 1 << 53])]
        other.canary = []
        for one in [window, other, Window(seconds: 1e-9), EvenTraffic().window(round: 0, canaryPercent: 0)] {
            let entry = JournalEntry.window(one)
            #expect(try codec.decode(try codec.encode(entry)) == entry)
        }
    }

    @Test("a header reads back, also with fields and a minor version that are not known yet")
    func headers() throws {
        var codec = JournalCodec()
        var spec = RunRig.spec
        spec.route.rule = .index(3)
        spec.guards.absoluteErrors = nil
        spec.notify = [NotifyTarget(webhook: "${HOOK}")]
        spec.pace.interval = .nanoseconds(1)
        spec.steps = [0.1, 33.333_333_333_333_336, 100]
        for roles in [Roles.asNamed, .exchanged] {
            let header = RunRig.header(spec, roles: roles)
            let bytes = try codec.encode(header)
            #expect(try codec.decodeHeader(bytes) == header)
            let more =
                #"{"zzz":{"a":[1,{"b":null}]},"recovered":false,"# + String(decoding: bytes, as: UTF8.self).dropFirst()
            let newer = more.replacing("haldane.journal/1", with: "haldane.journal/1.7")
            #expect(try codec.decodeHeader(Array(newer.utf8))?.spec == spec)
        }
        #expect(
            try codec.decodeHeader(Array(#"{"schema":"haldane.journal/1","run":"r","recovered":true}"#.utf8)) == nil
        )
    }

    @Test("fields of events that are not known yet are passed over")
    func unknownFields() throws {
        var codec = JournalCodec()
        let record =
            #"{"at":5,"event":{"notice":{"_0":{"urgency":"info","reason":{"label":"a","text":"b","more":1}}}},"later":[]}"#
        #expect(
            try codec.decode(Array(record.utf8))
                == .event(.notice(Notice(.info, Reason("a", "b"))), at: Timestamp(milliseconds: 5))
        )
    }

    @Test("a header whose spec nobody could run is refused with the name of what is out of range")
    func bounds() throws {
        var codec = JournalCodec()
        let years = Duration.seconds(11 * 365 * 86_400)
        let changes: [(String, (inout CanarySpec) -> Void)] = [
            ("pace.interval", { $0.pace.interval = years }), ("pace.history", { $0.pace.history = .seconds(-1) }),
            ("pace.settle", { $0.pace.settle = years }), ("pace.warmup", { $0.pace.warmup = years }),
            ("pace.deadline", { $0.pace.deadline = .seconds(Int64.max) }), ("pace.bake", { $0.pace.bake = years }),
            ("telemetry.timeout", { $0.telemetry.timeout = .seconds(Int64.min) }),
            (
                "telemetry.prometheus.delay",
                { $0.telemetry.prometheus = PrometheusSpec(url: "http://x", delay: .nanoseconds(-1)) }
            ),
            ("objectives.service.period", { $0.objectives.service = ServiceObjective(success: 0.9, period: years) }),
        ]
        for (name, change) in changes {
            var header = RunRig.header()
            change(&header.spec)
            let bytes = try codec.encode(header)
            let error = #expect(throws: JournalError.self) { try codec.decodeHeader(bytes) }
            #expect(error?.code == .corrupt && error?.message == "the header cannot be read")
            #expect(error?.cause == "\(name) is out of range")
        }
        // More than can be taken apart into seconds.
        let text = String(decoding: try codec.encode(RunRig.header()), as: UTF8.self)
        let pace = try #require(text.firstRange(of: #""bake":["#))
        let end = try #require(text[pace.upperBound...].firstIndex(of: ","))
        let huge = text[..<pace.upperBound] + "9223372036854775807" + text[end...]
        let error = #expect(throws: JournalError.self) { try codec.decodeHeader(Array(huge.utf8)) }
        #expect(error?.cause == "pace.bake is out of range")
    }

    @Test("what is wrong with a record is told without the record's own text")
    func words() {
        var codec = JournalCodec()
        let records = [
            #"{"at":5,"event":{"notice":{"_0":{"urgency":"\u001b[31mred"}}}}"#, #"{"at":5,"event":{"red":{}}}"#,
            #"{"at":"red","event":{}}"#, #"{"at":5,"red"#, #"{"red":1}"#, "red",
        ]
        for record in records {
            let error = #expect(throws: JournalError.self) { try codec.decode(Array(record.utf8)) }
            #expect(error?.code == .corrupt && error?.message == "a record cannot be read")
            #expect(error.map { "\($0)".contains("red") } == false, "\(error?.description ?? "")")
        }
    }

    @Test("damaged records give errors, never traps")
    func garbage() throws {
        var codec = JournalCodec()
        var chance = SeededRandom(seed: 3)
        var samples = try Self.events.prefix(40).map { try codec.encode(.event($0, at: RunRig.start)) }
        samples.append(try codec.encode(.window(EvenTraffic().window(round: 1, canaryPercent: 20))))
        samples.append(try codec.encode(RunRig.header()))
        for sample in samples {
            for _ in 0..<150 {
                var bytes = sample
                for _ in 0...chance.next(below: 3) where !bytes.isEmpty {
                    let position = chance.next(below: bytes.count)
                    switch chance.next(below: 3) {
                    case 0: bytes[position] = UInt8(truncatingIfNeeded: chance.next())
                    case 1: bytes.removeSubrange(position...)
                    default: bytes.insert(contentsOf: Array("-1e999[{".utf8), at: position)
                    }
                }
                _ = try? codec.decode(bytes)
                _ = try? codec.decodeHeader(bytes)
            }
        }
        for text in [
            "", "{", "null", "[]", #"{"at":"#, #"{"at":1e99,"event":{"recalled":{}}}"#,
            #"{"schema":"haldane.windows/1"}"#,
        ] {
            #expect(throws: (any Error).self) { _ = try codec.decode(Array(text.utf8)) }
            #expect(throws: (any Error).self) { _ = try codec.decodeHeader(Array(text.utf8)) }
        }
        let deep = Array(repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: (any Error).self) { _ = try codec.decode(Array(#"{"at":"#.utf8) + deep) }
        #expect(throws: (any Error).self) { _ = try codec.decode(Array(#"{"seconds":"#.utf8) + deep) }
    }
}
