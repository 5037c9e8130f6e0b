package import CanaryCore
import CanaryTelemetry
import CanaryYAML

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
            let inventory = try await session.inventory()
            var reading = try await session.evidence(of: inventory, since: since, now: now)
            let present = Set(reading.evidence.map(\.subject.key))
            let absent = expected(state).filter { !present.contains($0.key) }
            let gone = absent.map(\.key)
            let problems = inventory.problems.map(\.description)
            var notes = problems + reading.notes + [reading.sentence]
            let fault = Self.fault(inventory.problems)
            if let fault {
                // They may be in what cannot be read.
                reading.evidence += absent.map { CheckEvidence(subject: $0, end: now, fault: fault) }
            } else if !gone.isEmpty, !present.isEmpty {
                let names = gone.prefix(3).joined(separator: ", ") + (gone.count > 3 ? ", ..." : "")
                notes.append("\(Phrase.count(gone.count)) of the last look's services are gone: \(names)")
            }
            return CheckLook(
                evidence: reading.evidence,
                burns: reading.burnRates,
                samples: reading.samples,
                notes: notes,
                fault: fault,
                isFleet: true
            )
        } catch {
            let text = [error.message, error.cause, error.hint].compactMap { $0 }.joined(separator: "; ")
            return CheckLook(evidence: [], fault: Reason("fleet", text), isFleet: true)
        }
    }

    /// Routes that cannot be read may be those of any service: a check without them is not a check of all.
    private static func fault(_ problems: [FleetInventory.Problem]) -> Reason? {
        guard let first = problems.first else { return nil }
        let others = problems.count > 1 ? ", and \(Phrase.count(problems.count - 1)) more (see the notes)" : ""
        return Reason("inventory", "routes cannot be read, so services may be missing: \(first)\(others)")
    }
}
