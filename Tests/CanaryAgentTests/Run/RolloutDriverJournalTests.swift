import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Synchronization
import Testing

@Suite("RolloutDriver and a journal that breaks")
struct RolloutDriverJournalTests {
    @Test("a step whose intent cannot be written down is not written", arguments: [false, true])
    func lostBeforeStep(rollsBack: Bool) async {
        var spec = RunRig.spec
        spec.guards.onJournalLost = rollsBack ? .rollback : .hold
        let rig = RunRig(spec: spec, journal: FailingJournal(breaks: .flush { $0.isIntent(.step) }))
        let end = await rig.run()

        #expect(await rig.store.written == [])
        #expect(end.weights == RouteWeights(stable: 100, canary: 0))
        if rollsBack {
            #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        } else {
            #expect(end.outcome?.qualifiedWord == "held(journalLost)")
        }
        #expect(rig.observer.words.contains("notice journalLost"))
        #expect(end.ledger.notices.contains { $0.urgency == .page && $0.reason.label == "journalLost" })
    }

    @Test(
        "a journal that is lost while a step is answered ends as the spec says, and the weights told are the real ones"
    )
    func lostAtAnswer() async {
        for fallback in [Guards.Fallback.hold, .rollback] {
            var spec = RunRig.spec
            spec.guards.onJournalLost = fallback
            let rig = RunRig(spec: spec, journal: FailingJournal(breaks: .append { $0.isApplied }))
            let end = await rig.run()
            let present = await rig.store.present
            #expect(end.weights == present)
            switch fallback {
            case .hold:
                #expect(end.outcome?.qualifiedWord == "held(journalLost)")
                #expect(present == RouteWeights(stable: 80, canary: 20))
            case .rollback:
                #expect(end.outcome?.word == "rolledBack")
                #expect(present == RouteWeights(stable: 100, canary: 0))
            }
            #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1)
            #expect(rig.observer.words.last?.hasPrefix("finished") == true)
        }
    }

    @Test("a rollback is written also when its intent cannot be written down")
    func lostBeforeRollback() async {
        for breaks in [
            FailingJournal.Break.append { $0.isIntent(.rollback) }, .flush { $0.isIntent(.rollback) },
            .append {
                if case .event(.notice(let notice), _) = $0 { notice.reason.label == "rolling-back" } else { false }
            },
        ] {
            let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08), journal: FailingJournal(breaks: breaks))
            let end = await rig.run()
            #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
            #expect(await rig.store.present == RouteWeights(stable: 100, canary: 0))
            #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1)
        }
    }

    @Test("a journal that breaks at any record leaves a run that ends once, and never spins")
    func lostAnywhere() async {
        let whole = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        await whole.run()
        let count = await whole.journal.entries.count
        for fallback in [Guards.Fallback.hold, .rollback] {
            var spec = RunRig.spec
            spec.guards.onJournalLost = fallback
            for position in 0..<count {
                let seen = Mutex(0)
                let journal = FailingJournal(
                    breaks: .append { _ in
                        seen.withLock {
                            $0 += 1
                            return $0 > position
                        }
                    }
                )
                let rig = RunRig(spec: spec, traffic: EvenTraffic(canaryFailures: 0.08), journal: journal)
                let end = await rig.run()
                #expect(end.outcome != nil, "broken at \(position)")
                #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1, "broken at \(position)")
                #expect(await rig.store.present == end.weights, "broken at \(position)")
                if fallback == .rollback || end.outcome?.word == "rolledBack" {
                    #expect(end.weights?.canary == 0, "broken at \(position)")
                }
            }
        }
    }
}
