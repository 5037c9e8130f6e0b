package import CanaryCore
package import CanaryKubernetes
import CanaryYAML

/// Where an operator freezes releases, and lifts freezes and brakes: the CanaryPolicy `default` of a namespace; that of the agent's
/// own namespace is the whole cluster's.
package struct FreezeDesk: Sendable {
    private let client: KubernetesClient
    /// Of this request: 8 to 64 of a-z, 0-9 and '-'.
    private let id: String
    private let now: Timestamp
    private let agentNamespace: String

    /// Where the agent is, if nobody says otherwise: its policy there is the whole cluster's.
    package static let agentNamespace = "haldane-system"

    package init(
        client: KubernetesClient,
        id: String,
        at now: Timestamp,
        agentNamespace: String = Self.agentNamespace
    ) {
        self.agentNamespace = agentNamespace
        self.client = client
        self.id = id
        self.now = now
    }

    /// What was done, and what is to be known of it.
    package struct Result: Sendable, Hashable {
        package var namespace: String
        /// What is frozen now.
        package var freeze: CanaryPolicy.Freeze?
        /// The sentence that tells it.
        package var message: String
        /// Brakes that were asked to be lifted.
        package var liftedBrakes: String?
        package var warnings: [String] = []
    }

    /// Freezes a namespace; in place of a freeze that is there.
    package func freeze(
        _ namespace: String,
        _ freeze: CanaryPolicy.Freeze,
        scope: ScopedPolicy.Scope
    ) async throws -> Result {
        let before = try await policy(namespace)
        let section: JSONValue = .object([
            "reason": .string(freeze.reason),
            // Null takes an older one's end away.
            "until": freeze.until.map { .string($0.rfc3339) } ?? .null,
            "by": freeze.by.map { .string($0) } ?? .null,
        ])
        let members: JSONValue = .object(["spec": .object(["freeze": section])])
        if before == nil {
            do throws(KubernetesError) {
                _ = try await client.create(.canaryPolicies, namespace: namespace, Self.document(namespace, freeze))
            } catch {
                // Somebody else was faster: there is one to patch now.
                guard error.code == .alreadyExists else { throw error }
                _ = try await patch(namespace, members)
            }
        } else {
            _ = try await patch(namespace, members)
        }
        let end =
            freeze.until.map { "until \($0.wallClock(in: "UTC")) or \(scope.liftWords)" } ?? "until \(scope.liftWords)"
        var result = Result(
            namespace: namespace,
            freeze: freeze,
            message: "\(scope.words) is frozen \(end): nothing begins or steps up, rollbacks go on"
        )
        if let old = before?.spec["freeze"], let reason = old["reason"]?.string {
            let who = old["by"]?.string.map { " by \(PlainLine.of($0, limit: 200))" } ?? ""
            result.warnings.append("it was frozen\(who) before: \(PlainLine.of(reason, limit: 500))")
        }
        result.warnings += Self.keeper(before)
        return result
    }

    /// Lifts what keeps a namespace: a freeze, and brakes that hold; says what holds in other scopes all the same.
    ///
    /// - Parameter isByKnown: whether the API server has told the name.
    package func lift(
        _ namespace: String,
        by: String,
        isByKnown: Bool = true,
        reason: String,
        scope: ScopedPolicy.Scope
    ) async throws -> Result {
        guard let before = try await policy(namespace) else {
            let elsewhere = await elsewhere(scope)
            return Result(
                namespace: namespace,
                message: "\(scope.words) is not frozen: there is no CanaryPolicy\(elsewhere)"
            )
        }
        var members: [String: JSONValue] = [:]
        var request = ["id": id, "verb": "unfreeze", "reason": reason, "at": now.rfc3339]
        var lifted: [String] = []
        if before.spec["freeze"] != nil {
            members["spec"] = .object(["freeze": .null])
            lifted.append("the freeze is lifted")
        }
        let brakes = before.status["brakes"]
        var mark: String?
        if brakes?["engaged"]?.bool == true, let since = brakes?["since"]?.string {
            mark = PlainLine.of(since, limit: 64)
            request = FleetBrakes.Lift(mark: since, by: by, reason: reason).members(id: id, at: now)
            lifted.append("the agent is told to lift the brakes that hold since \(mark ?? "?")")
        }
        guard !lifted.isEmpty else {
            let elsewhere = await elsewhere(scope)
            return Result(
                namespace: namespace,
                message: "\(scope.words) is not frozen, and no brakes of its own hold\(elsewhere)"
            )
        }
        let (spec, asked) = (members["spec"], request)
        _ = try await RequestAuthor(by, isKnown: isByKnown).writing { name in
            var members: [String: JSONValue] = [:]
            members["spec"] = spec
            members["metadata"] = RequestAnnotations.patch(asked.merging(["by": name]) { $1 })
            return try await patch(namespace, .object(members))
        }
        let still = await others(scope).filter { scope == .cluster || $0.scope == .cluster }
        let outlook =
            still.isEmpty
            ? "releases begin and step up as the policies allow" : "still, \(Self.words(still))"
        var result = Result(
            namespace: namespace,
            message: "\(scope.words): \(lifted.joined(separator: ", and ")); \(outlook)",
            liftedBrakes: mark
        )
        result.warnings = members["spec"] == nil ? [] : Self.keeper(before)
        return result
    }

    /// What holds in other scopes than the named one.
    private func others(_ scope: ScopedPolicy.Scope) async -> [PolicyHold] {
        func list(_ namespace: String?) async -> [PolicyHold] {
            await PolicyHold.list(in: namespace, client: client, agentNamespace: agentNamespace, at: now)
                .filter { $0.scope != scope }
        }
        let all = await list(nil)
        // Whoever may not list them everywhere may read the cluster's all the same.
        return all.isEmpty && scope != .cluster ? await list(agentNamespace) : all
    }

    /// Where it is held instead, behind "is not frozen".
    private func elsewhere(_ scope: ScopedPolicy.Scope) async -> String {
        let others = await others(scope)
        return others.isEmpty ? "" : "; but \(Self.words(others))"
    }

    private static func words(_ holds: [PolicyHold]) -> String {
        let more = holds.count > 4 ? "; and \(holds.count - 4) more" : ""
        return holds.prefix(4).map(\.sentence).joined(separator: "; ") + more
    }

    private func policy(_ namespace: String) async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            return try await client.get(.canaryPolicies, namespace: namespace, name: PolicyDocument.name)
        } catch {
            guard error.code == .notFound || error.code == .noSuchResource else { throw error }
            _ = try await client.served(.canaryPolicies)
            return nil
        }
    }

    private func patch(_ namespace: String, _ members: JSONValue) async throws(KubernetesError) -> KubernetesObject {
        try await client.merge(.canaryPolicies, namespace: namespace, name: PolicyDocument.name, members)
    }

    private static func document(_ namespace: String, _ freeze: CanaryPolicy.Freeze) -> JSONValue {
        var section: [String: JSONValue] = ["reason": .string(freeze.reason)]
        section["until"] = freeze.until.map { .string($0.rfc3339) }
        section["by"] = freeze.by.map { .string($0) }
        return .object([
            "apiVersion": .string(APIResource.canaryPolicies.apiVersion),
            "kind": .string(APIResource.canaryPolicies.kind),
            "metadata": .object(["name": .string(PolicyDocument.name), "namespace": .string(namespace)]),
            "spec": .object(["freeze": .object(section)]),
        ])
    }

    /// Says who may undo it.
    private static func keeper(_ policy: KubernetesObject?) -> [String] {
        guard let policy else { return [] }
        let marks = Array(policy.annotations.keys) + Array(policy.labels.keys)
        let tool: String
        if marks.contains(where: { $0.hasPrefix("argocd.argoproj.io/") }) {
            tool = "Argo CD"
        } else if marks.contains(where: { $0.contains("toolkit.fluxcd.io/") }) {
            tool = "Flux"
        } else {
            return []
        }
        return ["\(tool) applies this policy and may undo the change: write it in Git as well"]
    }
}
