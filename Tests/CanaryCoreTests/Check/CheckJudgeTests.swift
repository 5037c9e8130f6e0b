import CanaryCore
import CanaryStatistics
import Testing

struct CheckJudgeTests {
    private let judge = CheckJudge(rules: CheckRules())

    /// One look at one subject.
    private func look(_ evidence: CheckEvidence, _ state: inout CheckState, at now: Timestamp) -> CheckVerdict? {
        judge.judge([CheckLook(evidence: [evidence])], state: &state, now: now).first
    }

    @Test("an equal canary is undecided at first and then proved healthy")
    func healthy() throws {
        var traffic = CheckTraffic(seed: 2)
        var state = CheckState()

        let first = try #require(look(traffic.evidence(windows: 2, history: 60), &state, at: traffic.now))
        #expect(first.kind == .undecided)
        #expect(first.reason.label == "not-enough-requests")

        var last = first
        for _ in 0..<4 {
            traffic.wait(300)
            last = try #require(look(traffic.evidence(canaryRequests: 500), &state, at: traffic.now))
        }
        #expect(last.kind == .healthy, "\(last.reason)")
        #expect(last.metrics.count > 1)
        #expect(last.stable.p50 == QuantileBucket(low: 5, high: 10))
    }

    @Test("what was proved a day ago is proved no longer")
    func staleProof() throws {
        var traffic = CheckTraffic(seed: 3)
        var state = CheckState()
        _ = look(traffic.evidence(windows: 240, history: 60, canaryRequests: 1000), &state, at: traffic.now)
        traffic.wait(300)
        let soon = try #require(look(traffic.evidence(windows: 0), &state, at: traffic.now))
        #expect(soon.kind == .healthy)

        traffic.wait(86_400)
        let late = try #require(look(traffic.evidence(windows: 1), &state, at: traffic.now))
        #expect(late.kind == .undecided)
    }

    @Test("a regression is degraded with both shares, and healthy again only after the evidence is gone")
    func degraded() throws {
        var traffic = CheckTraffic(seed: 4)
        var state = CheckState()
        _ = look(traffic.evidence(history: 60), &state, at: traffic.now)
        traffic.wait(300)
        let bad = try #require(look(traffic.evidence(canaryErrors: 0.05), &state, at: traffic.now))
        #expect(bad.kind == .degraded)
        #expect(bad.reason.label == "errors")
        #expect(bad.reason.text.contains("failed v2 5"))
        #expect(bad.evidence.map { $0.logM >= $0.logThreshold } == true)
        #expect(bad.evidence?.isDiscovered == nil)

        // Ten good windows later the evidence is still far above ten.
        traffic.wait(50)
        let standing = try #require(look(traffic.evidence(windows: 3), &state, at: traffic.now))
        #expect(standing.kind == .degraded)
        #expect(standing.since == bad.since)

        traffic.wait(600)
        let recovered = try #require(look(traffic.evidence(windows: 120), &state, at: traffic.now))
        #expect(recovered.kind != .degraded)
        #expect(recovered.since == traffic.now)
    }

    @Test("a standing alarm is not hidden by telemetry that cannot be read, but not for longer than a day")
    func faultWhileDegraded() throws {
        var traffic = CheckTraffic(seed: 5)
        var state = CheckState()
        _ = look(traffic.evidence(history: 60, canaryErrors: 0.1), &state, at: traffic.now)
        var broken = CheckEvidence(subject: CheckTraffic.subject(), end: traffic.now)
        broken.fault = Reason("refused", "connection refused")

        traffic.wait(300)
        let standing = try #require(look(broken, &state, at: traffic.now))
        #expect(standing.kind == .degraded)
        #expect(standing.notes.contains { $0.contains("connection refused") })

        traffic.wait(90_000)
        let unknown = try #require(look(broken, &state, at: traffic.now))
        #expect(unknown.kind == .unknown)
        #expect(unknown.reason.label == "refused")
    }

    @Test("without requests, telemetry or a canary nothing is healthy")
    func nothing() throws {
        var traffic = CheckTraffic(seed: 6)
        var state = CheckState()
        let empty = CheckEvidence(subject: CheckTraffic.subject("a/none"), end: traffic.now)
        let silent = try #require(look(empty, &state, at: traffic.now))
        #expect(silent.kind == .unknown)

        let alone = traffic.evidence(CheckTraffic.subject("a/alone"), canaryRequests: 0)
        #expect(try #require(look(alone, &state, at: traffic.now)).kind == .undecided)

        var unusable = CheckEvidence(subject: CheckTraffic.subject("a/gaps"), end: traffic.now)
        unusable.unusable = 12
        let gaps = try #require(look(unusable, &state, at: traffic.now))
        #expect(gaps.kind == .unknown)
        #expect(gaps.reason.text.contains("12"))
    }

    @Test("other tolerances, other roles or another comparison begin the evidence anew, and say so")
    func anew() throws {
        var traffic = CheckTraffic(seed: 7)
        var state = CheckState()
        _ = look(traffic.evidence(history: 60, canaryErrors: 0.1), &state, at: traffic.now)

        var configuration = EngineConfiguration()
        configuration.errorDelta = 0.5
        var copy = state
        let looser = CheckLook(evidence: [traffic.evidence(windows: 3)], configuration: configuration)
        let first = judge.judge([looser], state: &copy, now: traffic.now)
        #expect(first.first?.notes.contains { $0.contains("tolerances were changed") } == true)

        copy = state
        var swapped = traffic.evidence(windows: 3)
        (swapped.subject.stable, swapped.subject.canary) = ("v2", "v1")
        let roles = try #require(look(swapped, &copy, at: traffic.now))
        #expect(roles.kind != .degraded)
        #expect(roles.notes.contains { $0.contains("v1 is compared with v2") })

        copy = state
        let past = traffic.evidence(CheckTraffic.subject("shop/reviews", .ownPast), windows: 3)
        #expect(try #require(look(past, &copy, at: traffic.now)).notes.contains { $0.contains("one version alone") })
    }

    @Test("over a fleet a new alarm must be among those that may be named together")
    func fleet() {
        var traffic = CheckTraffic(seed: 8)
        var state = CheckState()
        let keys = (0..<40).map { "shop/s\($0 < 10 ? "0" : "")\($0)" }
        func evidence(_ traffic: inout CheckTraffic, history: Int, bad: Double?) -> [CheckEvidence] {
            keys.enumerated().map { index, key in
                traffic.evidence(
                    CheckTraffic.subject(key),
                    windows: 20,
                    history: history,
                    canaryErrors: index == 7 ? bad : nil
                )
            }
        }
        _ = judge.judge(
            [CheckLook(evidence: evidence(&traffic, history: 20, bad: nil))],
            state: &state,
            now: traffic.now
        )
        traffic.wait(300)
        let verdicts = judge.judge(
            [CheckLook(evidence: evidence(&traffic, history: 0, bad: 0.06))],
            state: &state,
            now: traffic.now
        )

        #expect(verdicts.map(\.subject.key) == keys)
        #expect(verdicts.filter { $0.kind == .degraded }.map(\.subject.key) == ["shop/s07"])
        #expect(verdicts[7].evidence?.isDiscovered == true)
        #expect(verdicts[6].evidence?.isDiscovered == false)

        // With next to no tolerance for wrong names the same alarm is shown and not named.
        let strict = CheckJudge(rules: CheckRules(falseDiscovery: 1e-300))
        var other = CheckState()
        var again = CheckTraffic(seed: 8)
        _ = strict.judge([CheckLook(evidence: evidence(&again, history: 20, bad: nil))], state: &other, now: again.now)
        again.wait(300)
        let held = strict.judge(
            [CheckLook(evidence: evidence(&again, history: 0, bad: 0.06))],
            state: &other,
            now: again.now
        )
        #expect(held[7].kind == .undecided)
        #expect(held[7].reason.label == "false-discovery")
        #expect(held[7].evidence?.isAlarm == true)
    }

    @Test("the same looks give the same verdicts and the same state")
    func determinism() {
        func run() -> ([CheckVerdict], CheckState) {
            var traffic = CheckTraffic(seed: 9)
            var state = CheckState()
            var verdicts: [CheckVerdict] = []
            for step in 0..<5 {
                let evidence = ["b/two", "a/one", "c/three"].map {
                    traffic.evidence(CheckTraffic.subject($0), history: step == 0 ? 30 : 0, canaryErrors: 0.02)
                }
                verdicts = judge.judge([CheckLook(evidence: evidence)], state: &state, now: traffic.now)
                traffic.wait(300)
            }
            return (verdicts, state)
        }
        let (one, other) = (run(), run())
        #expect(one.0 == other.0)
        #expect(one.1 == other.1)
        #expect(one.0.map(\.subject.key) == ["a/one", "b/two", "c/three"])
    }

    @Test("a service of a fleet that is gone is forgotten")
    func gone() {
        var traffic = CheckTraffic(seed: 10)
        var state = CheckState()
        let both = ["a/one", "a/two"].map { traffic.evidence(CheckTraffic.subject($0), windows: 6) }
        _ = judge.judge([CheckLook(evidence: both, isFleet: true)], state: &state, now: traffic.now)
        _ = judge.judge([CheckLook(evidence: [both[0]], isFleet: true)], state: &state, now: traffic.now)
        #expect(Array(state.subjects.keys) == ["a/one"])
    }

    @Test("over months of looks the state of a service stays as small as it was")
    func bounded() throws {
        var traffic = CheckTraffic(seed: 12)
        var state = CheckState()
        _ = look(traffic.evidence(windows: 6, history: 12), &state, at: traffic.now)
        let before = try #require(state.subjects["shop/reviews"]?.evidence?.state.count)
        for _ in 0..<60 {
            traffic.wait(43_200)
            _ = look(traffic.evidence(windows: 3), &state, at: traffic.now)
        }
        #expect(state.subjects.count == 1)
        #expect(try #require(state.subjects["shop/reviews"]?.evidence?.state.count) == before)
    }

    @Test("a burnt error budget is degraded by itself")
    func burn() throws {
        var traffic = CheckTraffic(seed: 13)
        var state = CheckState()
        let slices = (0..<60).map { _ in BurnRate.Slice(seconds: 60, requests: 1000, failures: 50) }
        let burn = BurnRate(objective: ServiceObjective(success: 0.999), slices: slices)
        let look = CheckLook(evidence: [traffic.evidence(history: 20, errors: 0.05)], burns: ["shop/reviews": burn])
        let verdict = try #require(judge.judge([look], state: &state, now: traffic.now).first)
        #expect(verdict.kind == .degraded)
        #expect(verdict.reason.label == "burn-rate")
    }
}
