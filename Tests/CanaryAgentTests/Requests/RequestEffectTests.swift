import CanaryAgent
import CanaryCore
import Testing

struct RequestEffectTests {
    private let now = Timestamp(milliseconds: 1_780_000_000_000)
    private let key = CanaryKey(namespace: "shop", name: "reviews")
    private let window = Reason("window", "outside of the release windows")
    private let frozen = Reason("frozen", "the cluster is frozen: audit")

    private func request(_ verb: CanaryRequest.Verb, force: Bool = false) -> CanaryRequest {
        request(verb, force: force, about: force ? "run-1" : nil)
    }

    private func request(_ verb: CanaryRequest.Verb, force: Bool, about target: String?) -> CanaryRequest {
        CanaryRequest(id: "a1b2c3d4", verb: verb, force: force, target: target, reason: "because", by: "alice", at: now)
    }

    private var rollout: Rollout {
        let route = RouteSpec(object: "r", stable: DestinationSpec(subset: "v1"), canary: DestinationSpec(subset: "v2"))
        return Rollout(rules: RolloutRules(CanarySpec(name: "r", route: route, telemetry: TelemetrySpec())))
    }

    private var paused: Rollout {
        var rollout = rollout
        _ = rollout.handle(.command(.init(.pause, reason: "look", by: "bob")), at: now)
        return rollout
    }

    private func effect(
        _ request: CanaryRequest,
        _ situation: RequestEffect.Situation,
        memory: ReleaseMemory = ReleaseMemory(),
        weights: RouteWeights? = RouteWeights(stable: 100, canary: 0)
    ) -> String {
        let population = Population(
            stable: .init(ready: 1, total: 1, hashes: ["a1"]),
            canary: .init(ready: 1, total: 1, hashes: ["b1"]),
            namespace: "shop"
        )
        let effect = RequestEffect.of(
            request,
            on: key,
            in: situation,
            memory: memory,
            population: population,
            weights: weights
        )
        switch effect {
        case .command(let command): return "command \(command.verb) by \(command.by ?? "-")"
        case .passGate(let reason): return "pass \(reason.label)"
        case .begin(let roles, _): return "begin \(roles)"
        case .rollBackLeft(let roles, _, let command): return "roll back \(roles) \(command.verb)"
        case .retry: return "retry"
        case .refuse(let why): return "refuse: \(why)"
        }
    }

    @Test("plain promote lifts a pause or a window, and nothing that is evidence or somebody's order")
    func plainPromote() {
        let promote = request(.promote)

        #expect(effect(promote, .run(paused, id: "run-1", gate: nil)) == "command resume by alice")
        #expect(effect(promote, .run(rollout, id: "run-1", gate: window)) == "pass window")
        #expect(
            effect(promote, .run(rollout, id: "run-1", gate: frozen)).contains(
                "`haldane promote --force reviews -n shop --reason WHY`"
            )
        )
        #expect(effect(promote, .run(rollout, id: "run-1", gate: nil)).contains("nothing but evidence is missing"))
    }

    @Test("a forced promotion goes to the run, whatever keeps it")
    func forcedPromote() {
        let promote = request(.promote, force: true)

        #expect(effect(promote, .run(rollout, id: "run-1", gate: frozen)) == "command promote by alice")
        #expect(effect(promote, .run(paused, id: "run-1", gate: nil)) == "command promote by alice")
    }

    @Test("what is forced is the run, or the revision, that its operator saw, and nothing that came after")
    func target() {
        let pods = Population(
            stable: .init(ready: 1, total: 1, hashes: ["a1"]),
            canary: .init(ready: 1, total: 2, hashes: ["b1", "b2"]),
            namespace: "shop"
        )
        let begin = ReleaseDecision.begin(.asNamed, Rollout.Release(pods))
        func forced(_ target: String?, _ situation: RequestEffect.Situation) -> String {
            effect(request(.promote, force: true, about: target), situation)
        }

        #expect(
            forced("run-0", .run(rollout, id: "run-1", gate: frozen))
                == "refuse: the forced promotion is about run-0, but run-1 goes on; look at it with "
                + "`haldane status reviews -n shop`, and ask again if it is meant for that"
        )
        #expect(forced(nil, .run(rollout, id: "run-1", gate: nil)).contains("does not say what it is about, but run-1"))
        #expect(forced("b1,b2", .run(rollout, id: "run-1", gate: nil)).hasPrefix("refuse"))
        #expect(forced("b1,b2", .between(begin, gate: frozen)) == "begin asNamed")
        for other in ["b1", "run-1", "", nil] {
            #expect(forced(other, .between(begin, gate: frozen)).contains("but no run goes on, and b1,b2 waits"))
        }
        // What nobody forces is about what is there.
        #expect(effect(request(.promote), .run(rollout, id: "run-2", gate: window)) == "pass window")
    }

    @Test("a release that waits is begun past a window, and past a freeze by force only")
    func waiting() {
        let begin = ReleaseDecision.begin(
            .asNamed,
            Rollout.Release(
                Population(
                    stable: .init(ready: 1, total: 1, hashes: ["a"]),
                    canary: .init(ready: 1, total: 1, hashes: ["b"]),
                    namespace: "shop"
                )
            )
        )

        #expect(effect(request(.promote), .between(begin, gate: window)) == "begin asNamed")
        #expect(effect(request(.promote), .between(begin, gate: frozen)).hasPrefix("refuse"))
        #expect(effect(request(.promote, force: true, about: "b"), .between(begin, gate: frozen)) == "begin asNamed")
        #expect(effect(request(.promote, force: true), .between(.idle(frozen), gate: nil)).hasPrefix("refuse"))
    }

    @Test("rollback, pause and resume go to the run; without one only weights between are rolled back")
    func others() {
        let idle = RequestEffect.Situation.between(.idle(Reason("tried", "held at 25 %")), gate: nil)

        #expect(effect(request(.rollback), .run(rollout, id: "run-1", gate: frozen)) == "command rollback by alice")
        #expect(effect(request(.pause), .run(rollout, id: "run-1", gate: nil)) == "command pause by alice")
        #expect(effect(request(.rollback), idle).contains("`haldane retry reviews -n shop --reason WHY`"))
        #expect(
            effect(request(.rollback), idle, weights: RouteWeights(stable: 75, canary: 25))
                == "roll back asNamed rollback"
        )
        #expect(effect(request(.pause), idle).contains("`haldane freeze -n shop --reason WHY`"))
        #expect(effect(request(.resume), idle) == "refuse: no run is going on: there is nothing to resume")
        #expect(effect(request(.rollback), .elsewhere(holder: "ci-7")).contains("ci-7"))
        #expect(effect(request(.rollback), .elsewhere(holder: "")).contains("was given back"))
    }

    @Test("retry makes what was tried news again, and is refused during a run")
    func retry() {
        let idle = RequestEffect.Situation.between(.idle(Reason("tried", "")), gate: nil)
        var memory = ReleaseMemory(stableSlot: ["a1"], canarySlot: ["b1"])
        memory.tried = ["b1"]

        #expect(effect(request(.retry), idle, memory: memory) == "retry")
        #expect(effect(request(.retry), .run(rollout, id: "run-1", gate: nil)).hasPrefix("refuse"))
        #expect(effect(request(.retry), .invalid(Reason("spec", "no steps"))).contains("no steps"))
    }

    @Test("a run that is begun past a gate tells who wanted it, whether by force, past what, and why")
    func beginnings() {
        let forced = request(.promote, force: true)

        #expect(
            forced.beginning(past: frozen)
                == Reason(
                    "forced",
                    "forced by alice: begun past what holds it (the cluster is frozen: audit): because"
                )
        )
        #expect(request(.promote).beginning(past: window).text.hasPrefix("begun by alice past what holds it (outside"))
        #expect(
            forced.begun(past: frozen, of: key)
                == "forced by alice: its run begins and takes its first step past what holds it (the cluster is frozen: audit); "
                + "each further step waits there, unless it is forced again: "
                + "`haldane promote --force reviews -n shop --reason WHY`"
        )
    }

    @Test("a promotion that only ends a pause says that it takes no step, and what does")
    func pausedPromote() {
        let resume = Rollout.OperatorCommand(.resume, reason: "because", by: "alice")
        let answer = request(.promote).answer(CommandAnswer(.accepted, resume, "resumed", nil, nil), of: key, at: now)
        let forced = request(.promote, force: true).answer(
            CommandAnswer(.accepted, resume, "on v2", nil, nil),
            of: key,
            at: now
        )

        #expect(answer.message.hasPrefix("resumed; that ends the pause and takes no step"))
        #expect(answer.message.contains("`haldane promote --force reviews -n shop --reason WHY`"))
        #expect(forced.message == "on v2")

        let pause = Rollout.OperatorCommand(.pause, reason: "because", by: "alice")
        let words = CommandAnswer(.accepted, pause, "paused: nothing is promoted until `haldane resume`", nil, nil)
        let paused = request(.pause).answer(words, of: key, at: now)
        #expect(paused.message.hasSuffix("until `haldane resume reviews -n shop --reason WHY`"))
    }

    @Test("what was asked before the run began, or before the release was found, meant another one")
    func older() {
        let soon = now.advanced(by: .seconds(1))
        let late = now.advanced(by: .milliseconds(999))
        for verb in [CanaryRequest.Verb.rollback, .promote, .pause] {
            let force = verb == .promote
            let request = request(verb, force: force)
            #expect(effect(request, .run(rollout, id: "run-1", gate: nil, since: soon)).contains("before the run"))
            // Times of requests have no fraction.
            #expect(effect(request, .run(rollout, id: "run-1", gate: nil, since: late)).hasPrefix("command"))
        }
        let pods = Population(
            stable: .init(ready: 1, total: 1, hashes: ["a1"]),
            canary: .init(ready: 1, total: 1, hashes: ["b1"]),
            namespace: "shop"
        )
        let begin = ReleaseDecision.begin(.asNamed, Rollout.Release(pods))
        let promote = request(.promote, force: true, about: "b1")
        #expect(effect(promote, .between(begin, gate: frozen, since: soon)).contains("(b1) was found"))
        #expect(effect(promote, .between(begin, gate: frozen, since: now)) == "begin asNamed")
    }

    @Test("a refusal for its time names both times, how far a clock may be behind, and what to do")
    func lateness() {
        let words = effect(
            request(.pause),
            .run(rollout, id: "run-1", gate: nil, since: now.advanced(by: .seconds(35)))
        )
        #expect(words.contains(now.rfc3339) && words.contains(now.advanced(by: .seconds(35)).rfc3339), "\(words)")
        #expect(words.contains("that clock is behind by 35 s or more"), "\(words)")
        #expect(words.contains("set the clock of the machine it is asked on"), "\(words)")
    }
}
