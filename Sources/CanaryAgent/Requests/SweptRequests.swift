import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// What operators ask, by annotations on the Canary object, of a run that a sweep goes on with while no agent is alive.
///
/// Requests are read, judged and answered by the agent's own rules (`RequestReader`, `RequestEffect`). An object that cannot be
/// read changes nothing. What the run has not taken up when it is handed over stays unanswered, for whoever goes on with it.
final class SweptRequests: RunObserver {
    private struct State {
        /// The object as it was read last.
        var object: AgentObject?
        var progress: RunProgress?
        /// What was given to the run and is not answered yet.
        var asked: CanaryEntry.Asked?
        /// The last answer of this process.
        var answer: CanaryStatus.RequestAnswer?
        /// Whether the answer is still to be written.
        var isUnwritten = false
        var hasComplained = false
    }

    private let state = Mutex(State())
    private let orphan: Orphan
    private let client: KubernetesClient
    private let inbox: RunInbox
    private let policies: SweptPolicies
    private let canary: SweptCanary
    private let gate: AgentGate
    private let pause: Duration
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - inbox: of the run.
    ///   - policies: are told of the rules in the object.
    ///   - canary: is told of the object, for the run's status.
    ///   - pause: between two looks at the object.
    ///   - note: is told what was asked, what came of it, and what could not be written.
    init(
        of orphan: Orphan,
        client: KubernetesClient,
        inbox: RunInbox,
        policies: SweptPolicies,
        canary: SweptCanary,
        pause: Duration,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.orphan = orphan
        self.client = client
        self.inbox = inbox
        self.policies = policies
        self.canary = canary
        gate = policies.gate(for: orphan.key)
        self.pause = pause
        self.note = note
    }

    /// The rollback that waits before the run is taken over and is meant for it; nil if there is none.
    ///
    /// It is given to the run as it begins.
    func waitingRollback() async -> CanaryRequest? {
        await look()
        return state.withLock { state in
            guard case .request(let request)? = reading(state, at: Self.now()), request.verb == .rollback,
                !request.isOlder(than: orphan.run.startedAt)
            else { return nil }
            return request
        }
    }

    /// Runs the session, looking for requests until it has ended.
    func following(_ session: RunSession) async throws(AgentError) -> RunReport {
        let looks = Task {
            while !Task.isCancelled {
                // A wait that fails was cancelled.
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                await look()
                consider()
                await write()
            }
        }
        let result: Result<RunReport, AgentError>
        do throws(AgentError) {
            result = .success(try await session.run())
        } catch {
            result = .failure(error)
        }
        looks.cancel()
        await looks.value
        let report = try result.get()
        await close(report)
        return report
    }

    func observe(_ progress: RunProgress) {
        gate.observe(progress)
        let isFirst = state.withLock { state in
            defer { state.progress = progress }
            return state.progress == nil
        }
        // Before the first round: what waits is obeyed before anything is decided.
        if isFirst { consider() }
    }

    private static func now() -> Timestamp { Timestamp(milliseconds: MicroTime.now().microseconds / 1000) }

    /// Reads the object; what cannot be read is as it was.
    private func look() async {
        do throws(KubernetesError) {
            let kind = try await client.served(.canaries)
            let found = try await client.get(kind, namespace: orphan.key.namespace, name: orphan.key.name)
            state.withLock { $0.object = AgentObject(found) }
            policies.take(found.json, of: orphan.key)
            canary.take(AgentObject(found))
        } catch {
            guard error.code == .notFound else { return }
            state.withLock { $0.object = nil }
            policies.take(nil, of: orphan.key)
            canary.take(nil)
        }
    }

    private func reading(_ state: State, at now: Timestamp) -> RequestReader.Reading? {
        guard let object = state.object, !object.uid.isEmpty else { return nil }
        // Our own answer may not be in the object yet.
        if let answer = state.answer,
            case .nothing = RequestReader.read(object.annotations, answered: answer, at: now)
        {
            return .nothing
        }
        let stored = CanaryStatus(json: object.json["status"] ?? .object([:]))?.request
        return RequestReader.read(object.annotations, answered: stored, at: now)
    }

    /// Takes up what is asked, and the run's answer to what was.
    private func consider() {
        let now = Self.now()
        let words = state.withLock { state -> String? in
            if let asked = state.asked {
                guard let answer = asked.ticket.answer else { return nil }
                return settle(asked.request.answer(answer, of: orphan.key, at: now), &state)
            }
            guard let progress = state.progress else { return nil }
            switch reading(state, at: now) {
            case nil, .nothing: return nil
            case .refused(let answer): return settle(answer, &state)
            case .request(let request): return obey(request, progress, &state, at: now)
            }
        }
        if let words { note(words) }
    }

    private func obey(
        _ request: CanaryRequest,
        _ progress: RunProgress,
        _ state: inout State,
        at now: Timestamp
    ) -> String? {
        let effect = RequestEffect.of(
            request,
            on: orphan.key,
            in: .run(
                progress.rollout,
                id: progress.header.run,
                gate: progress.rollout.gate?.reason,
                since: progress.header.startedAt
            ),
            memory: ReleaseMemory(),
            population: progress.rollout.population,
            weights: progress.rollout.route?.weights
        )
        let refusal: String
        switch effect {
        case .command(let command):
            let ticket = CommandTicket()
            if inbox.send(.asked(command, ticket)) {
                state.asked = CanaryEntry.Asked(request: request, ticket: ticket)
                return "\(orphan.key): \(request.words) is asked by \(request.by): \(request.reason)"
            }
            refusal = "too much is asked of the run; ask again"
        case .refuse(let words):
            refusal = words
        case .passGate(let reason):
            gate.passOnce(reason.label)
            return settle(
                request.answer(.accepted, "the next step goes past this once: \(reason.text)", at: now),
                &state
            )
        case .begin, .rollBackLeft, .retry:
            refusal = "a run is going on"
        }
        return settle(request.answer(.refused, refusal, at: now), &state)
    }

    /// Takes an answer as the last one, to be written; returns what there is to tell.
    private func settle(_ answer: CanaryStatus.RequestAnswer, _ state: inout State) -> String {
        state.asked = nil
        state.answer = answer
        state.isUnwritten = true
        return "\(orphan.key): \(answer.verb) \(answer.result.rawValue): \(answer.message)"
    }

    /// Writes the answer that is not written yet; what fails is tried again at the next look.
    private func write() async {
        let waiting = state.withLock { $0.isUnwritten ? $0.answer : nil }
        guard let answer = waiting else { return }
        do throws(KubernetesError) {
            let kind = try await client.served(.canaries)
            _ = try await client.merge(
                kind,
                namespace: orphan.key.namespace,
                name: orphan.key.name,
                subresource: "status",
                .object(["status": .object(["request": answer.json])])
            )
            state.withLock { state in
                if state.answer == answer { state.isUnwritten = false }
            }
        } catch {
            let isNew = state.withLock { state in
                if error.code == .notFound { state.isUnwritten = false }
                defer { state.hasComplained = true }
                return !state.hasComplained
            }
            if isNew { note("\(orphan.key): the answer to a request could not be written: \(error.message)") }
        }
    }

    /// The last answers, after the end of the run.
    private func close(_ report: RunReport) async {
        consider()
        let words = state.withLock { state -> String? in
            guard let asked = state.asked, let outcome = report.outcome else { return nil }
            let text = "the run ended before it could obey: it was \(outcome.words): \(outcome.reason.text)"
            return settle(asked.request.answer(.refused, text, at: Self.now()), &state)
        }
        if let words { note(words) }
        for attempt in 0..<3 where state.withLock({ $0.isUnwritten }) {
            // Cancelled, the other attempts come at once.
            if attempt > 0 { try? await Task.sleep(for: .seconds(1)) }
            await write()
        }
    }
}
