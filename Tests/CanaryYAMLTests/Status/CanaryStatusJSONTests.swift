import CanaryCore
import CanaryYAML
import Testing

struct CanaryStatusJSONTests {
    private let at = Timestamp(milliseconds: 1_780_000_000_000)

    private var full: CanaryStatus {
        CanaryStatus(
            observedGeneration: 4,
            phase: .progressing,
            message: "25 % on v2 (b1), step 3 of 5",
            conditions: [
                StatusCondition(.ready, .unknown, reason: "Analyzing", message: "m", since: at, observedGeneration: 4)
            ],
            stable: .init(name: "v1", revision: "a1", weight: 75, ready: 3, pods: 3),
            canary: .init(name: "v2", revision: "b1", weight: 25, ready: 2, pods: 2),
            run: .init(id: "r1", startedAt: at, by: "haldane-agent", holder: "ci-7"),
            step: .init(number: 3, of: 5, percent: 12.5, since: at, verdict: .undecided),
            gate: Reason("frozen", "audit"),
            waitingSince: at,
            lastRun: .init(
                id: "r0",
                outcome: "held(deadline)",
                label: "deadline",
                reason: "no answer",
                startedAt: at,
                finishedAt: at,
                by: nil,
                stableRevision: "a1",
                canaryRevision: "a2"
            ),
            request: .init(id: "q", verb: "pause", result: .accepted, message: "paused", by: "alice", at: at)
        )
    }

    @Test("a status survives its JSON")
    func roundTrip() throws {
        let text = JSONText.bytes(of: full.json)
        let read = CanaryStatus(json: try JSONText.parse(text))

        #expect(read == full)
    }

    @Test("printer columns and health checks find what they look for")
    func paths() {
        let json = full.json

        #expect(json["weights"]?["canary"]?.integer == 25)
        #expect(json["stableRevision"]?.string == "a1" && json["canaryRevision"]?.string == "b1")
        #expect(json["conditions"]?[0]?["lastTransitionTime"]?.string == "2026-05-28T20:26:40Z")
        #expect(json["phase"]?.string == "Progressing")
    }

    @Test("a patch holds what changed, nulls what went away, and is nothing if nothing changed")
    func patch() {
        var next = full
        next.run = nil
        next.canary?.weight = 50

        let patch = next.patch(from: full.json)

        #expect(
            patch
                == .object([
                    "status": .object([
                        "run": .null,
                        "canary": .object(["weight": .integer(50)]),
                        "weights": .object(["canary": .integer(50)]),
                    ])
                ])
        )
        #expect(next.patch(from: next.json) == nil)
    }

    @Test(
        "a status that somebody else wrote is read as far as it makes sense",
        arguments: [
            "{}", "[]", "null", #"{"phase":"Nope"}"#, #"{"phase":7}"#,
            #"{"phase":"Idle","conditions":[7,{"type":"Ready"}],"step":{"percent":"x"},"lastRun":[],"request":{"id":1}}"#,
        ]
    )
    func strange(text: String) throws {
        let status = CanaryStatus(json: try JSONText.parse(text.utf8))

        #expect(status == nil || status?.conditions.isEmpty == true)
    }
}
