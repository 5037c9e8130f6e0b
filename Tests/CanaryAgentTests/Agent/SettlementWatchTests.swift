import CanaryAgent
import CanaryCore
import Synchronization
import Testing

/// Asking Git again, with answers from a script.
@Suite("SettlementWatch", .timeLimit(.minutes(1)))
struct SettlementWatchTests {
    /// Answers in order, the last one for ever, and counts how many are asked at once.
    private final class Script: RouteSettlement {
        struct Counts: Sendable {
            var asked: [String] = []
            var present = 0
            var most = 0
        }

        let answers: [Reason?]
        let counts = Mutex(Counts())

        init(_ answers: Reason?...) { self.answers = answers }

        func settle(_ plan: WeightPlan) async -> Reason? { await answer("settle \(plan.canaryPercent)") }

        func unsettled(_ plan: WeightPlan) async -> Reason? { await answer("ask \(plan.canaryPercent)") }

        private func answer(_ words: String) async -> Reason? {
            let number = counts.withLock { counts in
                counts.present += 1
                counts.most = max(counts.most, counts.present)
                counts.asked.append(words)
                return counts.asked.count - 1
            }
            await Task.yield()
            counts.withLock { $0.present -= 1 }
            return answers[min(number, answers.count - 1)]
        }
    }

    private static let memory: ReleaseMemory = {
        let start = Timestamp(milliseconds: 0)
        let outcome = Outcome.promoted(Reason("promoted", "baked"), unsettled: .unsettled("the commit waits"))
        let last = ReleaseMemory.LastRun(
            id: "run-1",
            release: nil,
            roles: .asNamed,
            outcome: outcome,
            startedAt: start,
            endedAt: start
        )
        return ReleaseMemory(last: last)
    }()

    private func question(
        _ name: String,
        _ script: Script,
        repeated: Bool = false
    ) throws -> SettlementWatch.Question {
        SettlementWatch.Question(
            canary: CanaryKey(namespace: "test1", name: name),
            waiting: try #require(Self.memory.unsettled),
            settlement: script,
            isRepeated: repeated
        )
    }

    @Test("each is asked about once a minute, one at a time, until Git agrees")
    func pace() async throws {
        let script = Script(.unsettled("the commit waits"), nil)
        let watch = SettlementWatch(pause: .seconds(60))
        let (rung, ring) = AsyncStream<CanaryKey>.makeStream()
        let now = ContinuousClock.now
        let running = Task { await watch.run { ring.yield($0) } }
        var bells = rung.makeAsyncIterator()
        let key = CanaryKey(namespace: "test1", name: "a")

        watch.ask(try question("a", script), at: now)
        watch.ask(try question("a", script), at: now)
        #expect(await bells.next() == key)
        #expect(!watch.isDue(key, at: now + .seconds(61)), "its answer is not taken yet")
        #expect(watch.takeAnswer(of: key) == .init(run: "run-1", rest: .unsettled("the commit waits")))
        #expect(watch.takeAnswer(of: key) == nil)
        watch.ask(try question("a", script), at: now + .seconds(59))
        watch.ask(try question("a", script, repeated: true), at: now + .seconds(60))
        #expect(await bells.next() == key)
        #expect(watch.takeAnswer(of: key) == .init(run: "run-1", rest: nil))
        #expect(script.counts.withLock { $0.asked } == ["ask 100.0", "settle 100.0"])

        for name in ["b", "c", "d"] { watch.ask(try question(name, script)) }
        for _ in 0..<3 { _ = await bells.next() }
        #expect(script.counts.withLock { $0.most } == 1)
        watch.close()
        await running.value
    }

    @Test("what is forgotten gives no answer, and a closed watch asks nothing more")
    func forgotten() async throws {
        let script = Script(nil)
        let watch = SettlementWatch()
        let key = CanaryKey(namespace: "test1", name: "a")
        watch.ask(try question("a", script))
        watch.forget(key)
        #expect(watch.isDue(key))
        watch.ask(try question("a", script))
        watch.close()
        await watch.run { _ in }
        #expect(script.counts.withLock { $0.asked }.isEmpty)
        #expect(watch.takeAnswer(of: key) == nil)
    }
}
