package import CanaryCore
import CanaryTelemetry

/// Looks at every service that routes send requests to.
package struct FleetProbe: CheckProbe {
    private let session: FleetSession

    package init(_ session: FleetSession) {
        self.session = session
    }

    package func expected(_ state: CheckState) -> [CheckSubject] {
        state.subjects.values.filter(\.isOfFleet).map(\.subject).sorted { $0.key < $1.key }
    }

    package func look(_ state: CheckState, now: Timestamp) async -> CheckLook {
        let since = state.subjects.filter { $0.value.evidence != nil }.mapValues(\.readUntil)
        do throws(AgentError) {
            let reading = try await session.evidence(since: since, now: now)
            let present = Set(reading.evidence.map(\.subject.key))
            let gone = expected(state).filter { !present.contains($0.key) }.map(\.key)
            var notes = reading.notes + [reading.sentence]
            if !gone.isEmpty, !present.isEmpty {
                let names = gone.prefix(3).joined(separator: ", ") + (gone.count > 3 ? ", ..." : "")
                notes.append("\(Phrase.count(gone.count)) of the last look's services are gone: \(names)")
            }
            return CheckLook(
                evidence: reading.evidence,
                burns: reading.burnRates,
                samples: reading.samples,
                notes: notes,
                isFleet: true
            )
        } catch {
            let text = [error.message, error.cause, error.hint].compactMap { $0 }.joined(separator: "; ")
            return CheckLook(evidence: [], fault: Reason("fleet", text), isFleet: true)
        }
    }
}
