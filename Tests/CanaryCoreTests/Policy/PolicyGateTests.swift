import CanaryCore
import Testing

struct PolicyGateTests {
    private let canary = CanaryKey(namespace: "shop", name: "reviews")
    private let now = Timestamp(iso8601: "2026-01-03T10:00Z") ?? Timestamp(milliseconds: 0)

    @Test("whatever one of the scopes forbids is forbidden, and other scopes say nothing")
    func scopes() {
        let freeze = CanaryPolicy(freeze: .init(reason: "Black Friday", by: "alice"))
        func gate(_ scope: ScopedPolicy.Scope) -> Reason? {
            PolicyGate(for: canary, policies: [ScopedPolicy(.cluster, CanaryPolicy()), ScopedPolicy(scope, freeze)])
                .closed(at: now)
        }

        #expect(
            gate(.cluster)?.text
                == "the cluster is frozen by alice until `haldane freeze --all --lift --reason WHY`: Black Friday"
        )
        #expect(gate(.namespace("shop"))?.label == "frozen")
        #expect(gate(.namespace("other")) == nil)
        #expect(gate(.object(namespace: "shop", name: "reviews"))?.label == "frozen")
        #expect(gate(.object(namespace: "shop", name: "ratings")) == nil)
    }

    @Test("a freeze with an end is over by itself")
    func freezeEnds() {
        let policy = CanaryPolicy(freeze: .init(reason: "audit", until: now.advanced(by: .seconds(60))))
        let gate = PolicyGate(for: canary, policies: [ScopedPolicy(.cluster, policy)])

        #expect(gate.closed(at: now)?.text.contains("until Sat 2026-01-03 10:01 UTC") == true)
        #expect(gate.nextOpening(after: now) == now.advanced(by: .seconds(60)))
        #expect(gate.closed(at: now.advanced(by: .seconds(60))) == nil)
    }

    @Test("the end of a freeze is told to the second if it is not a whole minute", arguments: [(44, ":44"), (60, "")])
    func freezeSeconds(seconds: Int, words: String) {
        let policy = CanaryPolicy(freeze: .init(reason: "audit", until: now.advanced(by: .seconds(60 + seconds))))
        let minute = seconds == 60 ? "10:02" : "10:01"
        let text = PolicyGate(for: canary, policies: [ScopedPolicy(.cluster, policy)]).closed(at: now)?.text

        #expect(text == "the cluster is frozen until Sat 2026-01-03 \(minute)\(words) UTC: audit")
    }

    @Test("what a file closes is opened in the file, not by a command that acts on objects")
    func inFile() throws {
        let file = "/specs/policy.yaml"
        let policy = CanaryPolicy(freeze: .init(reason: "audit"))
        let frozen = PolicyGate(for: canary, policies: [ScopedPolicy(.cluster, policy, file: file)]).closed(at: now)

        #expect(frozen?.text == "the cluster is frozen until `freeze` is taken out of /specs/policy.yaml: audit")

        var brakes = FleetBrakes()
        let run = ReleaseMemory.LastRun(
            id: "r1",
            release: nil,
            roles: .asNamed,
            outcome: .rolledBack(Reason("errors", "worse"), .proved),
            startedAt: now,
            endedAt: now
        )
        let rules = CanaryPolicy.Brakes(rollbacks: 0)
        let notice = brakes.ended(run, of: canary, brakes: rules, scope: .cluster, in: file, at: now)
        let gate = PolicyGate(for: canary, policies: [], brakes: [.init(.cluster, brakes, file: file)])
        let held = try #require(gate.closed(at: now))

        #expect(notice?.reason == held)
        #expect(!held.text.contains("haldane freeze"))
        #expect(
            held.text.contains(
                "until the CanaryPolicy in /specs/policy.yaml has the annotations `request.haldane.dev/verb: lift-brakes` and "
                    + "`request.haldane.dev/mark: \"2026-01-03T10:00:00Z\"`, rollbacks go on"
            )
        )
    }

    @Test("a closed window says when it opens, and the text stays the same until then")
    func windows() throws {
        let window = CanaryPolicy.ReleaseWindow(
            days: [.monday, .tuesday, .wednesday, .thursday, .friday],
            from: 540,
            to: 1020,
            timeZone: "Europe/Berlin"
        )
        let gate = PolicyGate(
            for: canary,
            policies: [ScopedPolicy(.namespace("shop"), CanaryPolicy(windows: [window]))]
        )

        let reason = try #require(gate.closed(at: now))

        #expect(
            reason.text
                == "outside of the release windows of namespace shop, which open Mon 2026-01-05 09:00 Europe/Berlin"
        )
        #expect(gate.closed(at: now.advanced(by: .seconds(7200))) == reason)
        #expect(gate.nextOpening(after: now) == Timestamp(iso8601: "2026-01-05T08:00Z"))
        #expect(gate.closed(at: try #require(gate.nextOpening(after: now))) == nil)
    }

    @Test("windows of two scopes hold together")
    func together() {
        func policy(_ from: Int, _ to: Int) -> CanaryPolicy { CanaryPolicy(windows: [.init(from: from, to: to)]) }
        let gate = PolicyGate(
            for: canary,
            policies: [ScopedPolicy(.cluster, policy(540, 1020)), ScopedPolicy(.namespace("shop"), policy(960, 1200))]
        )
        let never = PolicyGate(
            for: canary,
            policies: [ScopedPolicy(.cluster, policy(0, 60)), ScopedPolicy(.namespace("shop"), policy(120, 180))]
        )

        #expect(gate.nextOpening(after: now) == Timestamp(iso8601: "2026-01-03T16:00Z"))
        #expect(never.nextOpening(after: now) == nil)
        #expect(never.closed(at: now) != nil)
    }

    @Test("an unknown time zone closes the gate and says so")
    func unknownZone() {
        let policy = CanaryPolicy(windows: [.init(from: 0, to: 1440, timeZone: "Nope\n/Nope")])
        let gate = PolicyGate(for: canary, policies: [ScopedPolicy(.cluster, policy)])

        #expect(gate.closed(at: now)?.label == "unknown-time-zone")
        #expect(gate.closed(at: now)?.text.contains("\n") == false)
    }

    @Test("of those that wait, who waited longest begins first, and a full namespace does not hold up the others")
    func queue() {
        func key(_ namespace: String, _ name: String) -> CanaryKey { CanaryKey(namespace: namespace, name: name) }
        let policies = [
            ScopedPolicy(.cluster, CanaryPolicy(maxConcurrent: 3)),
            ScopedPolicy(.namespace("a"), CanaryPolicy(maxConcurrent: 1)),
        ]
        let waiting = [
            ReleaseQueue.Waiting(key("b", "late"), since: now.advanced(by: .seconds(9))),
            ReleaseQueue.Waiting(key("a", "second"), since: now.advanced(by: .seconds(1))),
            ReleaseQueue.Waiting(key("b", "first"), since: now),
            ReleaseQueue.Waiting(key("b", "middle"), since: now.advanced(by: .seconds(5))),
        ]

        let queue = ReleaseQueue(running: [key("a", "runs")], waiting: waiting, policies: policies)

        #expect(queue.admitted == [key("b", "first"), key("b", "middle")])
        #expect(queue.refusal(of: key("b", "first")) == nil)
        #expect(
            queue.refusal(of: key("a", "second"))?.text
                == "1 of 1 rollouts that namespace a allows at once are going on; next in line"
        )
        #expect(queue.refusal(of: key("b", "late"))?.label == "max-concurrent")
        #expect(ReleaseQueue(waiting: waiting).admitted.count == 4)
    }

    @Test("a limit is never exceeded and never left unused by a waiting canary", arguments: 0..<30 as Range<UInt64>)
    func queueLaws(seed: UInt64) {
        var random = ReleaseRandom(state: seed)
        let names = (0..<30).map { CanaryKey(namespace: "ns\($0 % 4)", name: "c\($0)") }
        let cluster = Int.random(in: 0...8, using: &random)
        let local = Int.random(in: 0...4, using: &random)
        let policies = [
            ScopedPolicy(.cluster, CanaryPolicy(maxConcurrent: cluster)),
            ScopedPolicy(.namespace("ns1"), CanaryPolicy(maxConcurrent: local)),
        ]
        let running = Set(names.shuffled(using: &random).prefix(Int.random(in: 0...6, using: &random)))
        let waiting = names.filter { !running.contains($0) }.map {
            ReleaseQueue.Waiting($0, since: now.advanced(by: .seconds(Int.random(in: 0...50, using: &random))))
        }

        let queue = ReleaseQueue(running: running, waiting: waiting, policies: policies)

        let all = running.union(queue.admitted)
        #expect(queue.admitted.isEmpty || all.count <= cluster, "seed \(seed)")
        #expect(
            !queue.admitted.contains { $0.namespace == "ns1" } || all.count { $0.namespace == "ns1" } <= local,
            "seed \(seed)"
        )
        for one in waiting where !queue.admitted.contains(one.canary) {
            let isFull =
                all.count >= cluster || one.canary.namespace == "ns1" && all.count { $0.namespace == "ns1" } >= local
            #expect(isFull, "seed \(seed): \(one.canary)")
        }
    }
}
