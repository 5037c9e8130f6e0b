import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// The policies as a sweep sees them, read again and again while it is at runs: what they forbid keeps weights from rising, and
/// never a rollback.
final class SweptPolicies: Sendable {
    private struct State {
        var book = PolicyBook()
        /// Whether what was kept of deleted policies was read.
        var hasNotes = false
        var readAt: ContinuousClock.Instant?
        var gates: [CanaryKey: Gate] = [:]
        var said: String?
    }

    private struct Gate {
        var gate: AgentGate
        var own: [ScopedPolicy] = []
        /// Why the canary's own rules are not known.
        var trouble: Reason?
    }

    /// For how long the last answer stands where there is no newer one.
    private static let patience = Duration.seconds(60)

    private let client: KubernetesClient
    private let namespace: String?
    private let agentNamespace: String?
    private let note: @Sendable (String) -> Void
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// - Parameters:
    ///   - namespace: whose canaries are swept; nil is all of them.
    ///   - agentNamespace: whose policy is the whole cluster's; nil looks where an agent is.
    ///   - note: is told, once, that policies cannot be read, and what follows from it.
    init(
        client: KubernetesClient,
        namespace: String?,
        agentNamespace: String?,
        now: @escaping @Sendable () -> Timestamp,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.client = client
        self.namespace = namespace
        self.agentNamespace = agentNamespace
        self.now = now
        self.note = note
    }

    /// What keeps the run of a canary from stepping up, as it is known now and will be.
    func gate(for canary: CanaryKey) -> AgentGate {
        state.withLock { state in
            if let known = state.gates[canary] { return known.gate }
            let gate = AgentGate(
                state.book.gate(for: canary, own: []),
                unknown: state.book.trouble(for: canary)
            )
            state.gates[canary] = Gate(gate: gate)
            return gate
        }
    }

    /// Takes the rules of a canary's own, from its object; nil where there is none.
    func take(_ object: JSONValue?, of canary: CanaryKey) {
        let (own, trouble) = Self.own(object, of: canary)
        state.withLock { state in
            guard state.gates[canary] != nil else { return }
            state.gates[canary]?.own = own
            state.gates[canary]?.trouble = trouble
            Self.publish(canary, state)
        }
    }

    /// Reads everything anew.
    func read() async {
        let found: Result<(pages: [PolicyBook.Page], notes: [String: PolicyNote.Stored], home: String), KubernetesError>
        do throws(KubernetesError) {
            found = .success(try await look())
        } catch {
            found = .failure(error)
        }
        // A question that was broken off has no answer.
        guard !Task.isCancelled else { return }
        let words = state.withLock { state -> String? in
            switch found {
            case .success(let found):
                if !state.hasNotes { state.book.recall(found.notes, agentNamespace: found.home) }
                state.hasNotes = true
                state.book.replace(by: found.pages, at: now())
                state.book.unknown = nil
                state.readAt = .now
            case .failure(let error):
                let isFresh = state.readAt.map { $0.duration(to: .now) < Self.patience } ?? false
                if !isFresh || error.disposition != .retry {
                    let text = "the CanaryPolicies cannot be read, so no weight is raised: \(error.message)"
                    state.book.unknown = Reason("policies-unknown", text)
                }
            }
            _ = state.book.forgetDeleted(at: now())
            for canary in state.gates.keys { Self.publish(canary, state) }
            guard let unknown = state.book.unknown?.text else {
                defer { state.said = nil }
                return state.said == nil ? nil : "the CanaryPolicies can be read again"
            }
            guard state.said != unknown, case .failure(let error) = found else { return nil }
            state.said = unknown
            return [unknown + "; rollbacks go on", error.hint].compactMap { $0 }.joined(separator: "; ")
        }
        if let words { note(words) }
    }

    /// Reads again after each pause, until it is cancelled.
    func follow(every pause: Duration) async {
        // A wait that fails was cancelled.
        while (try? await Task.sleep(for: pause)) != nil { await read() }
    }

    private static func publish(_ canary: CanaryKey, _ state: borrowing State) {
        guard let known = state.gates[canary] else { return }
        known.gate.publish(
            state.book.gate(for: canary, own: known.own),
            unknown: state.book.trouble(for: canary) ?? known.trouble
        )
    }

    // MARK: What is there

    private func look() async throws(KubernetesError) -> (
        pages: [PolicyBook.Page], notes: [String: PolicyNote.Stored], home: String
    ) {
        let kind: APIResource
        let hasNotes = state.withLock { $0.hasNotes }
        do throws(KubernetesError) {
            kind = try await client.served(.canaryPolicies)
        } catch {
            // A cluster without the kind has no policies.
            guard error.code == .noSuchResource else { throw error }
            return ([], [:], "")
        }
        let home = try await home()
        var objects: [KubernetesObject] = []
        var notes: [String: PolicyNote.Stored] = [:]
        if let namespace {
            for place in Set([home, namespace]).sorted() {
                if let policy = try await get(kind, place, PolicyDocument.name) { objects.append(policy) }
                guard !hasNotes, let lease = try await get(.leases, place, PolicyNote.leaseName) else { continue }
                notes[place] = PolicyNote.Stored(lease.annotations[PolicyNote.key])
            }
        } else {
            objects = try await client.list(kind, namespace: nil).items
            if !hasNotes {
                notes = try await PolicyNotes(client: client, namespaces: [], agentNamespace: home) { _ in }.load()
            }
        }
        return (objects.compactMap { CanaryResolver.page(AgentObject($0), home) }, notes, home)
    }

    private func get(_ kind: APIResource, _ namespace: String, _ name: String) async throws(KubernetesError)
        -> KubernetesObject?
    {
        do throws(KubernetesError) {
            return try await client.get(kind, namespace: namespace, name: name)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Whose policy is the whole cluster's.
    private func home() async throws(KubernetesError) -> String {
        if let agentNamespace { return agentNamespace }
        let homes = await CanaryDesk(client: client, now: now).homes()
        guard homes.count == 1 else {
            throw KubernetesError(
                code: .invalid,
                message: "there are agents in several namespaces: \(homes.prefix(5).joined(separator: ", "))",
                hint: "say which one's policy is the cluster's with --agent-namespace"
            )
        }
        return homes[0]
    }

    /// The rules in a Canary object: what they cannot be read of closes.
    private static func own(_ object: JSONValue?, of canary: CanaryKey) -> ([ScopedPolicy], Reason?) {
        guard let policy = object?["spec"]?["policy"], policy != .null else { return ([], nil) }
        let document: JSONValue = [
            "apiVersion": .string(APIResource.canaryPolicies.apiVersion),
            "kind": .string(APIResource.canaryPolicies.kind),
            "metadata": ["name": .string(PolicyDocument.name), "namespace": .string(canary.namespace)],
            "spec": policy,
        ]
        do throws(SpecError) {
            let own = try PolicyDocument.decode(document).policy
            return ([ScopedPolicy(.object(namespace: canary.namespace, name: canary.name), own)], nil)
        } catch {
            let text = "the policy in the Canary \(canary) cannot be used, and nothing is raised until it is mended: "
            return ([], Reason("invalid-policy", text + PlainLine.of(error.summary, limit: 500)))
        }
    }
}
