import CanaryAgent
import CanaryCore
import CanaryTelemetry
import Foundation
import Testing

struct ArchiveProbeTests {
    /// A server that stores what a closure says was going on.
    struct Archive: TelemetryArchive {
        var pods: @Sendable (Timestamp) -> (stable: Int, canary: Int, failures: Int)
        var failure: ArchiveFailure?
        var step = Duration.seconds(5)
        var unusable: @Sendable (Timestamp) -> WindowQuality.Unusable? = { _ in nil }

        func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry {
            if let failure { throw failure }
            var past = PastTelemetry(windows: [], step: step)
            var at = from.advanced(by: step)
            while at <= to {
                let (stable, canary, failures) = pods(at)
                func pod(_ name: String, _ count: Int, _ failed: Int) -> PodWindow {
                    PodWindow(
                        pod: name,
                        requests: [
                            ResponseCount(key: ResponseKey("200"), count: count - failed),
                            ResponseCount(key: ResponseKey("503"), count: failed),
                        ],
                        latency: []
                    )
                }
                past.windows.append(
                    TimedWindow(
                        at: at,
                        window: Window(
                            seconds: step.inSeconds,
                            stable: [pod("s", stable, stable / 100)],
                            canary: canary == 0 ? [] : [pod("c", canary, failures)],
                            quality: WindowQuality(unusable: unusable(at))
                        )
                    )
                )
                past.samples += 4
                at = at.advanced(by: step)
            }
            return past
        }
    }

    private static let now = Timestamp(milliseconds: 1_795_428_003_700)

    private func spec(_ objective: ServiceObjective? = nil) -> CanarySpec {
        CanarySpec(
            name: "reviews",
            namespace: "shop",
            route: RouteSpec(
                object: "reviews",
                stable: DestinationSpec(subset: "v1", workload: "reviews-v1"),
                canary: DestinationSpec(subset: "v2", workload: "reviews-v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090")),
            objectives: Objectives(service: objective),
            pace: Pace(history: .seconds(600))
        )
    }

    private func look(
        _ archive: Archive,
        _ state: CheckState = CheckState(),
        at now: Timestamp = now,
        objective: ServiceObjective? = nil
    ) async -> CheckLook {
        var coarse = archive
        coarse.step = .seconds(60)
        return await ArchiveProbe(spec: spec(objective), archive: archive, coarse: coarse).look(state, now: now)
    }

    /// The state after a look was judged.
    private func judged(_ look: CheckLook, _ state: CheckState = CheckState(), at now: Timestamp = now) -> CheckState {
        var state = state
        _ = CheckJudge(rules: CheckRules()).judge([look], state: &state, now: now)
        return state
    }

    @Test("the first look reads as much as the history, before that history; the next one goes on from there")
    func spans() async throws {
        let archive = Archive { _ in (1000, 100, 1) }
        let first = await look(archive)
        let evidence = try #require(first.evidence.first)
        #expect(evidence.fault == nil)
        #expect(
            evidence.subject == CheckSubject(key: "shop/reviews", comparison: .versions, stable: "v1", canary: "v2")
        )
        #expect(evidence.history.count == 120)
        #expect(evidence.windows.count == 120)
        // Five seconds behind, on the grid.
        #expect(evidence.end.milliseconds == 1_795_427_995_000)
        #expect(first.samples == 960)

        let state = judged(first)
        let later = Self.now.advanced(by: .seconds(300))
        let second = try #require(await look(archive, state, at: later).evidence.first)
        #expect(second.history.isEmpty)
        #expect(second.windows.count == 60)

        // At once again there is nothing new.
        let again = try #require(await look(archive, state).evidence.first)
        #expect(again.windows.isEmpty && again.fault == nil)
    }

    @Test("after a long pause only a day is read, and that is said")
    func pause() async throws {
        let archive = Archive { _ in (1000, 100, 1) }
        let state = judged(await look(archive))
        let later = await look(archive, state, at: Self.now.advanced(by: .seconds(3 * 86_400)))
        #expect(later.evidence.first?.windows.count == 17_280)
        #expect(later.notes.contains { $0.contains("72 h") || $0.contains("3 d") || $0.contains("71 h") })
    }

    @Test("whoever carries the traffic is stable, also if the spec calls it canary")
    func roles() async throws {
        let evidence = try #require(await look(Archive { _ in (50, 1000, 10) }).evidence.first)
        #expect(evidence.subject.stable == "v2" && evidence.subject.canary == "v1")
        #expect(evidence.windows.first?.stable.requests == 1000)
    }

    @Test("near half and half the named stable stays it, and that is said")
    func evenRoles() async throws {
        let archive = Archive { _ in (496, 504, 100) }
        let look = await look(archive)
        #expect(look.evidence.first?.subject.stable == "v1")
        #expect(look.notes.contains("v1 has 49.6 % of the requests: taken as stable, as the spec names it"))
        var state = CheckState()
        let verdicts = CheckJudge(rules: CheckRules()).judge([look], state: &state, now: Self.now)
        #expect(verdicts.first?.kind == .degraded)
    }

    @Test("a canary that cannot be read is unknown with its reason, and not one without traffic")
    func hiddenCanary() async throws {
        let now = Self.now
        let fault = WindowQuality.Unusable.tooFewPods(side: .canary, answered: 0, known: 3)
        for isAlways in [true, false] {
            var archive = Archive { _ in (1000, 0, 0) }
            archive.unusable = { at in isAlways || now.since(at) < .seconds(30) ? fault : nil }
            let look = await look(archive)
            let evidence = try #require(look.evidence.first)
            #expect(evidence.subject.comparison == .versions)
            #expect(evidence.fault == fault.reason)
            var state = CheckState()
            let verdicts = CheckJudge(rules: CheckRules()).judge([look], state: &state, now: now)
            #expect(verdicts.first?.kind == .unknown && verdicts.first?.reason == fault.reason)
            // The next look goes on: a moment's fault does not stay for a day.
            #expect(state.subjects["shop/reviews"]?.readUntil == evidence.end)
        }
    }

    @Test("where nothing can be judged the reason is told, also of a subject that is known")
    func nothingUsable() async throws {
        var dark = Archive { _ in (0, 0, 0) }
        dark.unusable = { _ in .source(label: "stale", message: "the newest sample is 2 h old") }
        let first = try #require(await look(dark).evidence.first)
        #expect(first.fault?.text.contains("2 h old") == true)

        let state = judged(await look(Archive { _ in (1000, 100, 1) }))
        let later = Self.now.advanced(by: .seconds(300))
        let second = try #require(await look(dark, state, at: later).evidence.first)
        #expect(second.fault?.text.contains("2 h old") == true)
        #expect(second.unusable == 60)
    }

    @Test("a canary that serves no more is not healthy by an old proof, and is again when it serves")
    func deadCanary() async throws {
        let judge = CheckJudge(rules: CheckRules())
        var state = CheckState()
        let healthy = await look(Archive { _ in (1000, 1000, 10) })
        #expect(judge.judge([healthy], state: &state, now: Self.now).first?.kind == .healthy)

        var later = Self.now.advanced(by: .seconds(300))
        let dead = await look(Archive { _ in (1000, 0, 0) }, state, at: later)
        let verdict = try #require(judge.judge([dead], state: &state, now: later).first)
        #expect(verdict.kind == .undecided)
        #expect(verdict.reason.label == "canary-silent")
        #expect(verdict.reason.text.contains("about 60,000 canary requests were expected and none was seen"))

        later = later.advanced(by: .seconds(300))
        let back = await look(Archive { _ in (1000, 1000, 10) }, state, at: later)
        #expect(judge.judge([back], state: &state, now: later).first?.kind == .healthy)
    }

    @Test("a service with one version is compared with yesterday and last week, summed and confounded")
    func ownPast() async throws {
        let now = Self.now
        let archive = Archive { at in
            let age = now.since(at)
            return age > .seconds(6 * 86_400) ? (300, 0, 0) : age > .seconds(80_000) ? (200, 0, 0) : (1000, 0, 0)
        }
        let look = await look(archive)
        let evidence = try #require(look.evidence.first)
        #expect(evidence.fault == nil)
        #expect(evidence.subject.comparison == .ownPast)
        #expect(evidence.windows.count == 120)
        #expect(evidence.windows.allSatisfy { $0.stable.requests == 500 && $0.canary.requests == 1000 })
        // In the history the days alternate, so that their difference counts as dispersion.
        #expect(evidence.history.prefix(4).map(\.stable.requests) == [200, 300, 200, 300])

        var state = CheckState()
        let verdicts = CheckJudge(rules: CheckRules()).judge([look], state: &state, now: Self.now)
        #expect(verdicts.first?.isConfounded == true)
        #expect(verdicts.first?.notes.contains { $0.contains("confounded by time") } == true)
    }

    @Test("with nothing stored of the past there is nothing to say")
    func noPast() async throws {
        let now = Self.now
        let look = await look(Archive { at in now.since(at) > .seconds(50_000) ? (0, 0, 0) : (1000, 0, 0) })
        #expect(look.evidence.first?.fault?.label == "no-past")
    }

    @Test("a canary that has just lost its traffic is still compared for a day")
    func lostTraffic() async throws {
        let state = judged(await look(Archive { _ in (1000, 100, 1) }))
        let later = Self.now.advanced(by: .seconds(600))
        let look = await look(Archive { _ in (1000, 0, 0) }, state, at: later)
        #expect(look.evidence.first?.subject.comparison == .versions)

        let next = Self.now.advanced(by: .seconds(90_000))
        let past = await self.look(Archive { _ in (1000, 0, 0) }, state, at: next)
        #expect(past.evidence.first?.subject.comparison == .ownPast)
    }

    @Test("a server that does not answer is the subject's fault, with its words")
    func failure() async throws {
        let archive = Archive(
            pods: { _ in (0, 0, 0) },
            failure: ArchiveFailure(
                Reason("refused", "http://prometheus:9090 refused the connection"),
                hint: "is it up?"
            )
        )
        let look = await look(archive, objective: ServiceObjective(success: 0.999))
        #expect(look.evidence.first?.fault?.label == "refused")
        #expect(look.evidence.first?.fault?.text.contains("is it up?") == true)
        #expect(look.burns.isEmpty)
    }

    @Test("an objective is held against the last six hours of both versions")
    func burn() async throws {
        let look = await look(Archive { _ in (1000, 100, 90) }, objective: ServiceObjective(success: 0.999))
        let burn = try #require(look.burns["shop/reviews"])
        #expect(burn.alert == .fast)
        #expect(burn.hour.requests == 66_000)
    }
}
