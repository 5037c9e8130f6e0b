package import CanaryCore

extension AgentView {
    /// What a policy says at the moment about everything in its scope.
    package struct Policy: Sendable, Hashable {
        package var scope: ScopedPolicy.Scope
        /// A sentence while it is frozen; nil while it is not.
        package var freeze: String?
        /// A sentence while the brakes hold.
        package var brakes: String?
        /// A sentence while it is outside of the release windows.
        package var window: String?
        /// How many rollouts may go on at once; nil is any number.
        package var maxConcurrent: Int?

        package init(
            _ scope: ScopedPolicy.Scope,
            freeze: String? = nil,
            brakes: String? = nil,
            window: String? = nil,
            maxConcurrent: Int? = nil
        ) {
            self.scope = scope
            self.freeze = freeze
            self.brakes = brakes
            self.window = window
            self.maxConcurrent = maxConcurrent
        }

        /// - Parameter brakes: of the same scope.
        package init(_ scoped: ScopedPolicy, brakes: FleetBrakes? = nil, at now: Timestamp) {
            let canary = Self.canary(in: scoped.scope)
            func closed(_ policy: CanaryPolicy) -> String? {
                PolicyGate(for: canary, policies: [ScopedPolicy(scoped.scope, policy)]).closed(at: now)?.text
            }
            self.init(
                scoped.scope,
                freeze: closed(CanaryPolicy(freeze: scoped.policy.freeze)),
                brakes: brakes?.engaged?.sentence(scoped.scope),
                window: closed(CanaryPolicy(windows: scoped.policy.windows)),
                maxConcurrent: scoped.policy.maxConcurrent
            )
        }

        /// The cluster's first, then namespaces, then objects, each by name.
        package var order: String {
            switch scope {
            case .cluster: "0"
            case .namespace(let namespace): "1\(namespace)"
            case .object(let namespace, let name): "2\(namespace)/\(name)"
            }
        }

        /// Any canary that the scope contains.
        private static func canary(in scope: ScopedPolicy.Scope) -> CanaryKey {
            switch scope {
            case .cluster: CanaryKey(namespace: "", name: "")
            case .namespace(let namespace): CanaryKey(namespace: namespace, name: "")
            case .object(let namespace, let name): CanaryKey(namespace: namespace, name: name)
            }
        }
    }
}

extension ScopedPolicy.Scope {
    /// As a label of metrics: `cluster`, `shop`, `shop/checkout`. A namespace called `cluster` reads `cluster/`.
    var label: String {
        switch self {
        case .cluster: "cluster"
        case .namespace("cluster"): "cluster/"
        case .namespace(let namespace): namespace
        case .object(let namespace, let name): "\(namespace)/\(name)"
        }
    }

    /// As the page names it.
    var title: String {
        switch self {
        case .cluster: "cluster"
        case .namespace(let namespace): "namespace \(namespace)"
        case .object(let namespace, let name): "\(namespace)/\(name)"
        }
    }
}
