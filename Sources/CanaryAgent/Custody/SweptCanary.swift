import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// Tells the Canary object of a run that a sweep goes on with how it stands, as an agent does: by its status, and by an Event for each
/// decision.
///
/// Where there is no object, as with a CI job's rollout from a file, nothing is tried. The answers to requests are not written here.
final class SweptCanary: RunObserver {
    private struct State {
        /// As it was read last.
        var object: AgentObject?
        var status: CanaryStatus?
        /// As the object has it, or as it was written last, without the answer to a request.
        var statusJSON: JSONValue = .object([:])
        var progress: RunProgress?
    }

    private let state = Mutex(State())
    private let key: CanaryKey
    /// What was remembered before the run.
    private let memory: ReleaseMemory
    private let statuses: StatusWriter
    private let events: EventRecorder

    init(of orphan: Orphan, statuses: StatusWriter, events: EventRecorder) {
        key = orphan.key
        memory = StoredRecord(orphan.lease).value?.memory ?? ReleaseMemory()
        self.statuses = statuses
        self.events = events
    }

    /// Takes the object as it was read; nil if it is not there.
    func take(_ object: AgentObject?) {
        state.withLock { state in
            defer { state.object = object }
            // Afterwards the status is what we write ourselves.
            guard let object, state.object?.uid != object.uid else { return }
            let stored = object.json["status"] ?? .object([:])
            state.status = CanaryStatus(json: stored)
            state.statusJSON = .object((stored.members ?? [:]).filter { $0.key != "request" })
        }
    }

    func observe(_ progress: RunProgress) {
        let (told, patch) = state.withLock { state -> (ObjectEvents?, JSONValue?) in
            state.progress = progress
            guard state.object != nil else { return (nil, nil) }
            let status = status(.run(progress.header, progress.rollout, progress.ledger), memory, progress, state)
            return (ObjectEvents(events, of: state.object), Self.store(status, &state))
        }
        told?.tell(progress)
        if let patch { statuses.write(patch, of: key) }
    }

    /// Takes what became of the run.
    func close(_ report: RunReport) {
        let patch = state.withLock { state -> JSONValue? in
            guard state.object != nil, let progress = state.progress else { return nil }
            var present = status(.run(progress.header, progress.rollout, progress.ledger), memory, progress, state)
            if let outcome = report.outcome {
                present = ended(outcome, report.header, progress, state)
            } else if let why = report.interruption {
                present.message = PlainLine.of("\(present.message); \(why.text)", limit: 1000)
            }
            return Self.store(present, &state)
        }
        if let patch { statuses.write(patch, of: key) }
    }

    /// The status after the run: what an agent would say, where nothing is left to begin.
    private func ended(
        _ outcome: Outcome,
        _ header: RunHeader,
        _ progress: RunProgress,
        _ state: State
    ) -> CanaryStatus {
        var after = memory
        let rollout = progress.rollout
        if outcome.reason.label != RolloutRecord.untouchedLabel {
            after = memory.noting(
                outcome,
                header: header,
                release: rollout.release,
                left: rollout.route?.weights,
                at: progress.at
            )
        }
        let (population, weights) = Self.byName(progress)
        let decision = ReleaseWatch(header.spec).decide(population: population, weights: weights, memory: after)
        if case .idle = decision { return status(.between(decision), after, progress, state) }
        // Whoever looks at the canary next decides about the rest.
        var status = status(.run(header, rollout, progress.ledger), after, progress, state)
        (status.run, status.step, status.gate) = (nil, nil, nil)
        return status
    }

    private func status(
        _ activity: CanaryFacts.Activity,
        _ memory: ReleaseMemory,
        _ progress: RunProgress,
        _ state: State
    ) -> CanaryStatus {
        let route = progress.header.spec.route
        let (population, weights) = Self.byName(progress)
        let isRun = if case .run = activity { true } else { false }
        let facts = CanaryFacts(
            object: key,
            // The run's spec is that of its beginning: nobody has looked at a newer one.
            generation: state.status?.observedGeneration ?? state.object?.generation ?? 0,
            stableLabel: route.stable.label,
            canaryLabel: route.canary.label,
            activity: activity,
            memory: memory,
            population: population,
            weights: weights,
            gate: isRun ? progress.rollout.gate?.reason : nil
        )
        return CanaryStatus(facts, previous: state.status, at: progress.at)
    }

    /// Pods and weights by the spec's names.
    private static func byName(_ progress: RunProgress) -> (Population?, RouteWeights?) {
        let (population, weights) = (progress.rollout.population, progress.rollout.route?.weights)
        return progress.header.roles == .asNamed ? (population, weights) : (population?.swapped, weights?.swapped)
    }

    /// Takes a status as the present one; returns what there is to write.
    private static func store(_ status: CanaryStatus, _ state: inout State) -> JSONValue? {
        var told = status
        told.request = nil
        let patch = told.patch(from: state.statusJSON)
        state.status = told
        state.statusJSON = told.json
        return patch
    }
}
