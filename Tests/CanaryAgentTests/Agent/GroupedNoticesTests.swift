import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Synchronization
import Testing

/// One message where one cause stops many rollouts.
@Suite("Grouped notices", .timeLimit(.minutes(2)))
struct GroupedNoticesTests {
    /// Keeps what it is told.
    private final class Told: Notifier {
        private let happenings = Mutex<[RunProgress.Happening]>([])

        var texts: [String] {
            happenings.withLock { happenings in
                happenings.map { happening in
                    switch happening {
                    case .notice(let notice): notice.reason.text
                    case .finished(let outcome): outcome.reason.text
                    case .started, .resumed, .judged, .wrote, .interrupted: ""
                    }
                }
            }
        }

        func notify(_ notice: Notice, about run: RunHeader) async {}

        func notify(_ progress: RunProgress) async { happenings.withLock { $0.append(progress.happening) } }
    }

    private static let start = Timestamp(milliseconds: 1_780_000_000_000)

    private static func progress(_ name: String, _ happening: RunProgress.Happening) -> RunProgress {
        var spec = CustodyRig.spec
        spec.name = name
        let header = RunHeader(
            version: "test",
            run: "run-1",
            startedAt: start,
            spec: spec,
            roles: .asNamed,
            place: "test1/\(name)"
        )
        let rollout = Rollout(rules: RolloutRules(spec))
        return RunProgress(happening, header: header, at: start, rollout: rollout, ledger: RunLedger(startedAt: start))
    }

    private static let lost = RunProgress.Happening.finished(
        .held(.telemetryLost, Reason("telemetry-lost", "no usable telemetry for 1 min"))
    )

    /// A hub whose window ends with `flush` alone.
    private static func hub(_ speaker: String? = nil) -> GroupedNotices {
        GroupedNotices(speaker: speaker) { _ in try await Task.sleep(for: .seconds(3600)) }
    }

    @Test("what twenty runs share is one message that counts them, names ten, and says which replica speaks")
    func together() async {
        let (told, hub) = (Told(), Self.hub("agent-1"))
        for number in 10..<30 {
            await hub.grouping(told, for: []).notify(Self.progress("shop-\(number)", Self.lost))
        }
        #expect(told.texts.isEmpty)
        await hub.flush()

        #expect(told.texts.count == 1, "\(told.texts)")
        let text = told.texts.first ?? ""
        #expect(text.hasPrefix("20 rollouts at once of the agent agent-1 (test1/shop-10, "), "\(text)")
        #expect(text.contains("test1/shop-19 and 10 more): no usable telemetry"), "\(text)")
    }

    @Test("what is one run's own is told at once and as it is, and so is everything after the end")
    func own() async {
        let (told, hub) = (Told(), Self.hub())
        let notifier = hub.grouping(told, for: [])
        let regression = Reason("errors", "errors 4 pp above stable")
        await notifier.notify(Self.progress("one", .finished(.rolledBack(regression, .proved))))
        await notifier.notify(Self.progress("two", .notice(Notice(.page, Reason("telemetry-lost", "a page")))))
        #expect(told.texts == ["errors 4 pp above stable", "a page"])

        await notifier.notify(Self.progress("three", Self.lost))
        await hub.flush()
        #expect(told.texts.last == "no usable telemetry for 1 min")
        await notifier.notify(Self.progress("four", Self.lost))
        #expect(told.texts.count == 4)
    }

    @Test("who is told something else gets a message of his own")
    func audiences() async {
        let (one, two, hub) = (Told(), Told(), Self.hub())
        for name in ["a", "b"] {
            await hub.grouping(one, for: [NotifyTarget(webhook: "http://one")]).notify(Self.progress(name, Self.lost))
        }
        await hub.grouping(two, for: [NotifyTarget(webhook: "http://two")]).notify(Self.progress("c", Self.lost))
        await hub.flush()

        #expect(one.texts.count == 1 && one.texts[0].hasPrefix("2 rollouts at once (test1/a, test1/b)"), "\(one.texts)")
        #expect(two.texts == ["no usable telemetry for 1 min"])
    }

    @Test("telemetry that is lost under two replicas is one message of each, of its own rollouts; no route is written")
    func replicas() async throws {
        let pager = try HostileServer { _ in [.send(HostileServer.answer(body: "ok"))] }
        let names = ["a", "b", "c", "d", "e", "f"]
        let one = try AgentRig(
            "a",
            "b",
            "c",
            "d",
            "e",
            "f",
            identity: "one",
            pager: pager.url("/hook"),
            // So little that nothing is proved before the last of them is at its step.
            defaults: ["objectives: { errors: { budget: 0.01pp } }"]
        )
        let two = try AgentRig("a", "b", "c", "d", "e", "f", identity: "two", beside: one)
        one.start()
        two.start()
        func count(_ rig: AgentRig) -> Int { (rig.board.snapshot?.canaries ?? []).count(where: \.isMine) }
        #expect(await one.eventually { count(one) > 1 && count(two) > 1 && count(one) + count(two) == 6 }, "\(one.log)")
        #expect(
            await one.eventually { names.allSatisfy { one.status($0)?["phase"] == "Idle" } },
            "\(one.log) \(two.log)"
        )

        for name in names { try one.fleet.deploy("aaaaaaaaaa", to: .v2, of: one.service(name)) }
        #expect(await one.eventually { names.allSatisfy { one.weights($0) == [80, 20] } }, "\(one.log) \(two.log)")
        let (ones, twos) = (count(one), count(two))
        one.traffic.lose()
        func told() -> [String] {
            let bodies = pager.log.requests.map { String(decoding: $0.body, as: UTF8.self) }
            return bodies.filter { $0.contains("usable telemetry") }
        }
        #expect(await one.eventually { told().count >= 2 }, "\(one.log) \(two.log)")
        for name in names {
            #expect(await one.eventually { one.status(name)?["lastRun"] != nil }, "\(one.log) \(two.log)")
        }
        await one.stop()
        await two.stop()

        #expect(told().count == 2, "\(told())")
        #expect(told().contains { $0.contains("\(ones) rollouts at once of the agent one") }, "\(told())")
        #expect(told().contains { $0.contains("\(twos) rollouts at once of the agent two") }, "\(told())")
        #expect(names.allSatisfy { one.weights($0) == [80, 20] })
    }
}
