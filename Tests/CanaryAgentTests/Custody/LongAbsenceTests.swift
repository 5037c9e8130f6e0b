import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import Synchronization
import Testing

/// Half an hour without the API, in the run's own time.
@Suite("The API away for thirty minutes", .timeLimit(.minutes(2)))
struct LongAbsenceTests {
    private static let time = Duration.seconds(1800)
    /// That of a spec that says nothing: the absence does not count for it.
    private static let deadline = Duration.seconds(1800)

    /// Takes the API away as soon as the first step is written, and tells when it may come back.
    private final class Absence: Sendable {
        private struct State {
            var since: ContinuousClock.Instant?
            var requests = 0
            var isOver = false
        }

        private let state = Mutex(State())
        private let rig: CustodyRig

        init(_ rig: CustodyRig) {
            self.rig = rig
        }

        /// Requests that the server had taken when it went.
        var requestsBefore: Int { state.withLock { $0.requests } }

        /// To be called after each round; true once, when the time has passed.
        func isOver() -> Bool {
            let (now, server) = (rig.time.uptime, rig.cluster.server)
            guard let since = state.withLock({ $0.since }) else {
                guard rig.cluster.weights() == [80, 20] else { return false }
                server.goAway()
                state.withLock { $0.since = now }
                state.withLock { $0.requests = server.view.requestsMade }
                return false
            }
            guard since.duration(to: now) >= LongAbsenceTests.time else { return false }
            return state.withLock { state in
                defer { state.isOver = true }
                return !state.isOver
            }
        }
    }

    @Test("nobody writes meanwhile, the run judges on, and afterwards the same run goes on to its end")
    func alone() async throws {
        let rig = try CustodyRig()
        let (inbox, journal, absence) = (RunInbox(), FailingJournal(), Absence(rig))
        let (header, custody) = try await rig.begin("a", inbox: inbox, deadline: Self.deadline)
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox, journal: journal) { _ in
            guard absence.isOver() else { return }
            #expect(!custody.isCertain)
            #expect(rig.cluster.server.view.requestsMade == absence.requestsBefore)
            #expect(rig.cluster.weights() == [80, 20])
            try? rig.cluster.server.comeBack()
        }
        let end = await driver.run()

        let words = "\(String(describing: end.outcome)) \(String(describing: end.interruption))"
        #expect(end.outcome?.word == "promoted", "\(words)")
        let said = end.ledger.notices.map(\.reason.label)
        #expect(said.count { $0 == "lease-uncertain" } == 1 && said.count { $0 == "lease-certain" } == 1, "\(said)")
        #expect(await journal.entries.verdicts.count > 360)
        #expect(rig.cluster.weights() == [0, 100])
        #expect(rig.lease?.transitions == 0)
        #expect(rig.record?.memory.last?.id == header.run)
        #expect(rig.record?.memory.last?.outcome.word == "promoted")
        await rig.http.shutdown()
    }

    @Test("if another one takes the run when the API is back, it goes on with the evidence, and the first one leaves")
    func taken() async throws {
        let rig = try CustodyRig()
        let (inbox, secondInbox, absence) = (RunInbox(), RunInbox(), Absence(rig))
        let (header, custody) = try await rig.begin("a", inbox: inbox, deadline: Self.deadline)
        let successor = Mutex<(taken: TakenRun, custody: ClusterCustody, requests: Int)?>(nil)
        var first = rig.driver(header, nil, custody, turn: custody, inbox: inbox) { _ in
            guard absence.isOver() else { return }
            do {
                try rig.cluster.server.comeBack()
                let orphan = try #require(rig.orphan())
                let wish = LeaseClaim.Wish.asSeen(resourceVersion: orphan.lease.resourceVersion)
                let next = try await rig.custody("b", wish, inbox: secondInbox)
                let taken = try await rig.taken(orphan, next)
                successor.withLock { $0 = (taken, next, rig.cluster.server.view.requestsMade) }
            } catch {
                Issue.record(error)
                inbox.send(.interrupt("nobody took the run"))
            }
        }
        let left = await first.run()

        #expect(left.outcome == nil)
        #expect(left.interruption?.label == "lease-lost", "\(String(describing: left.interruption))")
        #expect(rig.cluster.weights() == [80, 20])
        let (taken, next, since) = try #require(successor.withLock { $0 })
        let after = rig.cluster.server.view.requests.filter { $0.number >= since && $0.isWrite && $0.code == 200 }
        #expect(after.isEmpty, "\(after.map { "\($0.verb) \($0.path)" })")
        var second = rig.driver(taken.header, taken.state, next, turn: next, inbox: secondInbox)
        let end = await second.run(resumption: taken.reason, opening: taken.notices)

        // Without evidence it would have gone back to stable.
        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        #expect(taken.header.run == header.run || rig.record?.memory.last?.id == taken.header.run)
        #expect(rig.cluster.weights() == [0, 100])
        #expect(rig.lease?.transitions == 1)
        await rig.http.shutdown()
    }
}
