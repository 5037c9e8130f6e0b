package import CanaryCore
import Synchronization

/// Asks Git again about promotions that it does not agree with yet: one at a time, beside the agent's loop, each once a minute.
package final class SettlementWatch: Sendable {
    /// What is to be asked about one promotion.
    package struct Question: Sendable {
        package var canary: CanaryKey
        package var waiting: ReleaseMemory.Unsettled
        package var settlement: any RouteSettlement
        /// Whether what could not be pushed is pushed now, if it is still missing.
        package var isRepeated: Bool

        package init(
            canary: CanaryKey,
            waiting: ReleaseMemory.Unsettled,
            settlement: any RouteSettlement,
            isRepeated: Bool
        ) {
            self.canary = canary
            self.waiting = waiting
            self.settlement = settlement
            self.isRepeated = isRepeated
        }
    }

    /// What Git said.
    package struct Answer: Sendable, Hashable {
        package var run: String
        /// What is still to be done; nil if Git agrees.
        package var rest: Reason?

        package init(run: String, rest: Reason?) {
            self.run = run
            self.rest = rest
        }
    }

    private struct State {
        var line: [Question] = []
        /// In line, or being asked.
        var asked: Set<CanaryKey> = []
        var answers: [CanaryKey: Answer] = [:]
        var lastAsked: [CanaryKey: ContinuousClock.Instant] = [:]
    }

    /// Who comes later is asked about later.
    private static let most = 1000
    private let state = Mutex(State())
    private let bell: AsyncStream<Void>.Continuation
    private let rings: AsyncStream<Void>
    private let pause: Duration

    /// - Parameter pause: between two questions about one canary.
    package init(pause: Duration = .seconds(60)) {
        self.pause = pause
        (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether it is time to ask about a canary.
    package func isDue(_ canary: CanaryKey, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            !state.asked.contains(canary) && state.answers[canary] == nil && state.line.count < Self.most
                && (state.lastAsked[canary].map { $0.duration(to: now) >= pause } ?? true)
        }
    }

    /// Puts a question in line, if it is due; returns at once.
    package func ask(_ question: Question, at now: ContinuousClock.Instant = .now) {
        guard isDue(question.canary, at: now) else { return }
        state.withLock { state in
            guard state.asked.insert(question.canary).inserted else { return }
            state.lastAsked[question.canary] = now
            state.line.append(question)
        }
        bell.yield()
    }

    /// What came of it, once.
    package func takeAnswer(of canary: CanaryKey) -> Answer? {
        state.withLock { $0.answers.removeValue(forKey: canary) }
    }

    /// Forgets a canary that is gone, or has nothing to wait for.
    package func forget(_ canary: CanaryKey) {
        state.withLock { state in
            state.answers[canary] = nil
            state.lastAsked[canary] = nil
            let count = state.line.count
            state.line.removeAll { $0.canary == canary }
            // One that is being asked about now leaves the set with its answer.
            if state.line.count < count { state.asked.remove(canary) }
        }
    }

    /// Asks until it is closed or cancelled.
    ///
    /// - Parameter ring: called when there is an answer about a canary.
    package func run(_ ring: @Sendable (CanaryKey) -> Void) async {
        for await _ in rings {
            while !Task.isCancelled, let question = next() {
                let plan = question.waiting.plan
                let rest =
                    question.isRepeated
                    ? await question.settlement.settle(plan) : await question.settlement.unsettled(plan)
                state.withLock { state in
                    state.asked.remove(question.canary)
                    guard state.lastAsked[question.canary] != nil else { return }
                    state.answers[question.canary] = Answer(run: question.waiting.run, rest: rest)
                }
                ring(question.canary)
            }
        }
    }

    /// No more questions: `run` returns after the one that is being asked.
    package func close() {
        state.withLock { state in
            for question in state.line { state.asked.remove(question.canary) }
            state.line = []
        }
        bell.finish()
    }

    private func next() -> Question? {
        state.withLock { $0.line.isEmpty ? nil : $0.line.removeFirst() }
    }
}
