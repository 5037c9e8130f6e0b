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
}

extension PolicyBook.Page {
    /// What it closes, or closed as it was last; nil if nothing.
    func closing(at now: Timestamp) -> Reason? {
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
