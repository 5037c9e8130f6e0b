import CanaryKubernetes

/// In whose name something is asked.
package struct RequestAuthor: Sendable, Hashable {
    /// The user as the API server knows it, else as this machine does.
    package let name: String
    /// Whether the API server has told the name.
    package let isKnown: Bool

    package init(_ name: String, isKnown: Bool) {
        self.name = name
        self.isKnown = isKnown
    }

    /// Writes something in the author's name. Where the server would not tell that name before, and its admission policy names it
    /// in a refusal, it is written once more under that one.
    ///
    /// - Parameter body: writes under a name.
    package func writing<T>(_ body: (String) async throws -> T) async throws -> T {
        let refusal: KubernetesError
        do {
            return try await body(name)
        } catch let error as KubernetesError where !isKnown && error.isAboutAuthor {
            refusal = error
        }
        if let name = refusal.wantedAuthor, name != self.name {
            do {
                return try await body(name)
            } catch let error as KubernetesError where error.isAboutAuthor {
                // Told below, as the first refusal.
            }
        }
        throw AgentError(
            "the request was refused because the cluster does not tell who you are: it was written as '\(name)', the user of this "
                + "machine, and the admission policy takes it only under the name that the API server knows",
            cause: refusal.cause,
            hint:
                "let users create selfsubjectreviews.authentication.k8s.io, as the ClusterRole system:basic-user does (Kubernetes 1.28 or "
                + "newer: kubectl auth whoami); before that: kubectl -n NAMESPACE edit canary NAME, with your own name in "
                + "request.haldane.dev/by beside id, verb, reason and at"
        )
    }
}

extension KubernetesError {
    /// What `deploy/admission/requests.yaml` says of a name that is not the writer's own.
    private static let authorWords = "request.haldane.dev/by must be "

    /// Whether it is a refusal by the admission policy because of who is said to have asked.
    fileprivate var isAboutAuthor: Bool {
        // Refused by a policy, the answer is 403 or 422.
        [.forbidden, .invalid].contains(code) && cause?.contains(Self.authorWords) == true
    }

    /// The name that the policy would take; nil if it does not say.
    fileprivate var wantedAuthor: String? {
        guard let cause, let start = cause.firstRange(of: Self.authorWords)?.upperBound,
            let end = cause[start...].firstRange(of: ". Ask with `haldane`")?.lowerBound
        else { return nil }
        let name = String(cause[start..<end])
        return name.isEmpty || name.utf8.count > RequestReader.longest ? nil : name
    }
}

extension CanaryDesk {
    /// In whose name this desk asks.
    ///
    /// - Parameter name: the user of this machine, for where the API server does not tell.
    package func author(else name: String) async -> RequestAuthor {
        await user().map { RequestAuthor($0, isKnown: true) } ?? RequestAuthor(name, isKnown: false)
    }
}
