import Synchronization

/// Which kinds a server serves, remembered for some minutes by a process that asks often.
package final class ServedKinds: Sendable {
    private struct Entry {
        var answer: Result<APIResource, KubernetesError>
        var at: ContinuousClock.Instant
    }

    private let known = Mutex<[APIResource: Entry]>([:])

    package init() {}

    /// What was answered lately: ten minutes ago at most, or one for a kind that was not there.
    func answer(for resource: APIResource, at now: ContinuousClock.Instant) -> Result<APIResource, KubernetesError>? {
        known.withLock { known in
            guard let entry = known[resource] else { return nil }
            let limit: Duration
            switch entry.answer {
            case .success: limit = .seconds(600)
            case .failure: limit = .seconds(60)
            }
            return entry.at.duration(to: now) < limit ? entry.answer : nil
        }
    }

    /// Keeps an answer; an error other than that the kind is not there is none.
    func keep(
        _ answer: Result<APIResource, KubernetesError>,
        for resource: APIResource,
        at now: ContinuousClock.Instant
    ) {
        if case .failure(let error) = answer, error.code != .noSuchResource { return }
        known.withLock { known in
            guard known.count < 256 || known[resource] != nil else { return }
            known[resource] = Entry(answer: answer, at: now)
        }
    }
}
