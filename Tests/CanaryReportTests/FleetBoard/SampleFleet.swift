import CanaryCore
import CanaryReport

/// Agents that are made up.
enum SampleFleet {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)

    static func side(_ name: String, _ revision: String, _ weight: Int) -> CanaryStatus.Side {
        CanaryStatus.Side(name: name, revision: revision, weight: weight, ready: 4, pods: 4)
    }

    static func canary(
        _ name: String,
        in namespace: String = "shop",
        _ phase: CanaryStatus.Phase,
        _ message: String,
        weight: Int = 0,
        last: String? = nil,
        stalled: Bool = false,
        owner: String? = nil
    ) -> AgentView.Canary {
        var status = CanaryStatus(observedGeneration: 1, phase: phase, message: message)
        status.stable = side("v1", "7d4f9", 100 - weight)
        status.canary = side("v2", "9c1b2", weight)
        if weight > 0 {
            status.run = CanaryStatus.Run(id: "run-\(name)", startedAt: start)
            status.step = CanaryStatus.Step(number: 2, of: 5, percent: Double(weight), since: start, verdict: nil)
        }
        if let last {
            status.lastRun = CanaryStatus.LastRun(
                id: "run-0",
                outcome: last,
                label: last,
                reason: "as it was",
                startedAt: start,
                finishedAt: start.advanced(by: .seconds(600)),
                by: "haldane-agent",
                stableRevision: "7d4f9",
                canaryRevision: "9c1b2"
            )
        }
        if stalled {
            status.conditions = [
                StatusCondition(.stalled, .yes, reason: "RolledBack", message: "", since: start, observedGeneration: 1)
            ]
        }
        return AgentView.Canary(CanaryKey(namespace: namespace, name: name), status, owner: owner)
    }

    /// One of each kind, under policies that hold.
    static var busy: AgentView {
        let freeze = CanaryPolicy.Freeze(reason: "end of quarter", by: "alice")
        return AgentView(
            identity: "haldane-agent-7f6d-x2x4k",
            version: "0.2.0",
            startedAt: start,
            members: [
                AgentView.Member(id: "haldane-agent-7f6d-x2x4k", isSelf: true),
                AgentView.Member(id: "haldane-agent-7f6d-9pq2m", isSelf: false),
            ],
            mirrors: [
                AgentView.Mirror(kind: "canaries", objects: 9, confirmedAt: start),
                AgentView.Mirror(
                    kind: "pods",
                    namespaces: ["shop", "search"],
                    objects: 120,
                    confirmedAt: start.advanced(by: .seconds(-90)),
                    failure: "the API server does not answer"
                ),
            ],
            policies: [
                AgentView.Policy(ScopedPolicy(.cluster, CanaryPolicy(maxConcurrent: 20)), at: start),
                AgentView.Policy(ScopedPolicy(.namespace("search"), CanaryPolicy(freeze: freeze)), at: start),
            ],
            canaries: [
                canary("cart", .idle, "v1 (7d4f9) is promoted", last: "promoted"),
                canary("checkout", .rollingBack, "rolling v2 (9c1b2) back: errors are 4 pp worse", weight: 25),
                canary("login", .held, "held(deadline): not enough requests", weight: 10, last: "held(deadline)"),
                canary("mail", .idle, "v2 was rolled back", last: "rolledBack", stalled: true),
                canary("prices", .progressing, "25 % on v2, step 2 of 5: no worse so far", weight: 25),
                canary("query", in: "search", .paused, "paused by bob", weight: 50),
                canary("suggest", in: "search", .baking, "everything on v2, baking", weight: 100),
                canary("typo", in: "search", .invalid, "spec.steps[1] is below spec.steps[0]"),
                canary("web", in: "search", .idle, "looked after", last: "promoted", owner: "haldane-agent-7f6d-9pq2m"),
            ],
            orphans: 0,
            counts: counts
        )
    }

    private static var counts: AgentView.Counts {
        var counts = AgentView.Counts()
        counts.outcomes = [
            RunEnding("promoted"): 7, RunEnding("promoted", "unsettled"): 1, RunEnding("rolledBack", "proved"): 2,
        ]
        counts.takeovers = 1
        counts.refusals = ["conflict": 3]
        return counts
    }

    /// Many canaries, a few of them in trouble.
    static func large(_ count: Int) -> AgentView {
        var view = busy
        view.canaries = (0..<count).map { index in
            let namespace = "team-\(index % 90)"
            return switch index % 100 {
            case 3: canary("svc-\(index)", in: namespace, .held, "held(deadline)", weight: 10, last: "held(deadline)")
            case 4: canary("svc-\(index)", in: namespace, .progressing, "going on", weight: 25)
            default: canary("svc-\(index)", in: namespace, .idle, "v1 is promoted", last: "promoted")
            }
        }
        return view
    }
}
