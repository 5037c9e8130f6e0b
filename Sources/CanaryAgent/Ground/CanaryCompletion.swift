package import CanaryCore
import CanaryKubernetes
package import CanaryYAML

/// A canary that leaves things out, completed from a cluster as an agent there completes an object of it.
///
/// Only reads: the routes, DestinationRules, Services and Deployments of its namespace, and the CanaryPolicies above it.
package struct CanaryCompletion: Sendable {
    package let composed: ComposedCanary
    /// What was inferred from what, what policies preset, and what could not be looked at.
    package let findings: [RouteFinding]

    /// Completes a canary; throws what keeps an agent from running it.
    ///
    /// - Parameters:
    ///   - text: of the file.
    ///   - sets: `--set` arguments.
    ///   - now: the wall clock, for Leases of agents.
    package static func make(
        of text: String,
        file: String,
        sets: [String],
        in cluster: ClusterOptions,
        now: @escaping @Sendable () -> Timestamp
    ) async throws -> CanaryCompletion {
        try await CanaryDesk.open(cluster, now: now) { desk in
            try await make(of: text, file: file, sets: sets, at: desk)
        }
    }

    /// Completes a document's text from the namespace that it names, else the desk's.
    ///
    /// Throws what is wrong with the document, with its place, or what the cluster refused to tell.
    package static func make(
        of text: String,
        file: String,
        sets: [String],
        at desk: CanaryDesk
    ) async throws -> CanaryCompletion {
        let namespace = CanaryCascade.namespace(of: text) ?? desk.namespace
        var look = Look(client: desk.client, namespace: namespace)
        let index = try await look.index()
        let policies = try await look.policies(homes: await desk.homes())
        let canary = (try? YAMLText.documents(text))?.first ?? .null
        let composed = try CanaryCascade.compose(
            text: text,
            file: file,
            cluster: policies.cluster,
            namespace: policies.namespace,
            facts: index.facts(for: canary),
            trust: .object,
            sets: sets,
            defaultNamespace: namespace
        )
        let notes = composed.notes.map { RouteFinding(.warning, $0) }
        return CanaryCompletion(composed: composed, findings: origins(composed) + look.findings + notes)
    }

    /// How a run of it would be done, for `ConnectCheck`. Nothing is expanded in objects.
    package func options(cluster: ClusterOptions, version: String) -> RunOptions {
        RunOptions(
            spec: composed.decoded.spec,
            route: .cluster,
            cluster: cluster,
            journalDirectory: "",
            version: version
        )
    }

    /// Each inferred value with what it was inferred from, and those of policies, all that one of them presets in one line.
    private static func origins(_ composed: ComposedCanary) -> [RouteFinding] {
        var inferred: [RouteFinding] = []
        var preset: [(words: String, values: [String])] = []
        for entry in composed.effective where entry.value != "-" && !entry.path.hasPrefix("policy.") {
            guard case .cascade(let words) = entry.origin else { continue }
            let value = "\(entry.path) = \(entry.value)"
            if words.hasPrefix(inferredWord) {
                inferred.append(RouteFinding(.info, "\(value), \(words)"))
            } else if let at = preset.firstIndex(where: { $0.words == words }) {
                preset[at].values.append(value)
            } else {
                preset.append((words, [value]))
            }
        }
        return inferred + preset.map { RouteFinding(.info, "of the \($0.words): \($0.values.joined(separator: ", "))") }
    }

    private static let inferredWord = "inferred"
}

/// Reads what a canary is completed from, with a word on what may not be read.
private struct Look {
    let client: KubernetesClient
    let namespace: String
    var findings: [RouteFinding] = []

    init(client: KubernetesClient, namespace: String) {
        self.client = client
        self.namespace = namespace
    }

    mutating func index() async throws(KubernetesError) -> FactsIndex {
        var index = FactsIndex()
        for kind in [APIResource.virtualServices, .httpRoutes, .grpcRoutes] {
            for object in try await objects(kind) { index.addRoute(object, of: kind) }
        }
        for object in try await objects(.destinationRules) { index.addRule(object) }
        for object in try await objects(.services) { index.addService(object) }
        for object in try await objects(.deployments) { index.addDeployment(object) }
        return index
    }

    /// The policies above the canary: that of its namespace, and that of the agent's, which is the cluster's.
    mutating func policies(homes: [String]) async throws -> (cluster: PolicyDocument?, namespace: PolicyDocument?) {
        if homes.count > 1 {
            let text =
                "there are agents in several namespaces (\(homes.prefix(5).joined(separator: ", "))): the cluster's policy is taken "
                + "from \(homes[0])"
            findings.append(RouteFinding(.warning, text))
        }
        let home = homes.first ?? FreezeDesk.agentNamespace
        let cluster = try await policy(in: home)
        return (cluster, home == namespace ? cluster : try await policy(in: namespace))
    }

    private mutating func policy(in namespace: String) async throws -> PolicyDocument? {
        do throws(KubernetesError) {
            let served = try await client.served(.canaryPolicies)
            let object = try await client.get(served, namespace: namespace, name: PolicyDocument.name)
            return decoded(object, namespace)
        } catch {
            if error.code == .notFound || error.code == .noSuchResource { return nil }
            guard error.code == .forbidden else { throw error }
            findings.append(Self.hidden("the CanaryPolicy of \(namespace)", error))
            return nil
        }
    }

    /// Nil for one that cannot be read, of which an agent raises nothing.
    private mutating func decoded(_ object: KubernetesObject, _ namespace: String) -> PolicyDocument? {
        do throws(SpecError) {
            return try PolicyDocument.decode(object.json)
        } catch {
            let what = "the CanaryPolicy of \(namespace) cannot be used, and nothing is raised there until it is mended"
            findings.append(RouteFinding(.refuse, "\(what): \(PlainLine.of(error.summary, limit: 900))"))
            return nil
        }
    }

    private mutating func objects(_ kind: APIResource) async throws(KubernetesError) -> [KubernetesObject] {
        do throws(KubernetesError) {
            return try await client.list(try await client.served(kind), namespace: namespace).items
        } catch {
            if error.code == .notFound || error.code == .noSuchResource { return [] }
            guard error.code == .forbidden else { throw error }
            findings.append(Self.hidden("\(kind.kind)s in \(namespace)", error))
            return []
        }
    }

    private static func hidden(_ what: String, _ error: KubernetesError) -> RouteFinding {
        RouteFinding(.warning, "nothing was inferred from \(what): you may not look there", hint: error.hint)
    }
}
