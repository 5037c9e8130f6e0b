import CanaryCore
import CanaryYAML

/// Policies that are gone, by mistake perhaps: a cleaned-up folder, a wrong `kubectl delete`. What such a policy closed stays closed
/// until it would have opened by itself, or until there is a policy of its scope again.
extension PolicyBook {
    /// The pages of scopes that have no policy any more and that were closed by it.
    func kept(besides present: Set<ScopedPolicy.Scope>, at now: Timestamp) -> [ScopedPolicy.Scope: Page] {
        var kept: [ScopedPolicy.Scope: Page] = [:]
        for var page in pages.values where !present.contains(page.scope) {
            guard let closing = page.closing(at: now), kept.count < Self.mostDeleted else { continue }
            // Brakes have to be lifted by somebody; everything else is what is written there.
            let mend = page.brakes.engaged == nil ? ", for which an empty one is enough" : ""
            let text =
                "the CanaryPolicy \(page.object.key) was deleted while releases were held by it (\(closing.text)); nothing is raised "
                + "there until there is one again\(mend)"
            page.lastPolicy = page.document?.policy ?? page.lastPolicy
            page.document = nil
            page.problem = page.isDeleted ? page.problem : Reason("policy-deleted", text)
            page.isDeleted = true
            kept[page.scope] = page
        }
        return kept
    }

    /// Namespaces come and go for as long as the agent lives.
    private static let mostDeleted = 1000

    /// Takes what was kept of policies before this process began, by namespace; those that are still there are read after it.
    mutating func recall(_ notes: [String: PolicyNote.Stored], agentNamespace: String) {
        for (namespace, stored) in notes.sorted(by: { $0.key < $1.key }).prefix(Self.mostDeleted) {
            let key = CanaryKey(namespace: namespace, name: PolicyDocument.name)
            var page = Page(
                object: AgentObject(key: key, revision: "", json: .object([:]), path: "", text: ""),
                scope: namespace == agentNamespace ? .cluster : .namespace(namespace),
                document: nil,
                brakes: FleetBrakes()
            )
            page.isNoted = true
            switch stored {
            case .note(let note):
                page.lastPolicy = note.policy
                page.brakes = note.brakes
            case .unreadable:
                let text =
                    "what was kept of it in the Lease \(namespace)/\(PolicyNote.leaseName) cannot be read by this version"
                page.shut = Reason("policy-deleted", text)
            }
            if pages[page.scope] == nil { pages[page.scope] = page }
        }
    }

    /// What is to be kept of each policy for whoever begins after this process, by its namespace; nothing for one that closes nothing.
    ///
    /// What could not be read is left as it is.
    var notes: [String: String] {
        var notes: [String: String] = [:]
        for page in pages.values where page.shut == nil {
            let note = PolicyNote(page.document?.policy ?? page.lastPolicy ?? CanaryPolicy(), page.brakes)
            if note.canClose { notes[page.object.key.namespace] = note.text }
        }
        return notes
    }

    /// Namespaces whose notes nobody may take away: what they say is not known.
    var unreadableNotes: Set<String> {
        Set(pages.values.filter { $0.shut != nil }.map(\.object.key.namespace))
    }
}

extension PolicyBook.Page {
    /// What it closes, or closed as it was last; nil if nothing.
    func closing(at now: Timestamp) -> Reason? {
        if let shut { return shut }
        let canary =
            switch scope {
            case .cluster: CanaryKey(namespace: "", name: "")
            case .namespace(let namespace): CanaryKey(namespace: namespace, name: "")
            case .object(let namespace, let name): CanaryKey(namespace: namespace, name: name)
            }
        return PolicyGate(
            for: canary,
            policies: [ScopedPolicy(scope, document?.policy ?? lastPolicy ?? CanaryPolicy())],
            brakes: [PolicyGate.ScopedBrakes(scope, brakes)]
        ).closed(at: now)
    }
}
