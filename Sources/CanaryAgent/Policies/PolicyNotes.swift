import CanaryCore
package import CanaryKubernetes
import CanaryYAML
import Synchronization

/// Keeps notes of policies in the cluster, beside the agent's loop: what is to be kept is compared with what is stored, and the
/// difference written, again and again until there is none.
package final class PolicyNotes: Sendable {
    /// What has to be stored.
    package struct Wanted: Sendable {
        /// By the policy's namespace; empty where nothing is to be kept.
        package var texts: [String: String]
        /// Whether the note of a namespace is this replica's to write. What it does not name there is taken away.
        package var isOurs: @Sendable (String) -> Bool

        package init(_ texts: [String: String], isOurs: @escaping @Sendable (String) -> Bool) {
            self.texts = texts
            self.isOurs = isOurs
        }
    }

    private struct State {
        var wanted: Wanted?
        var isClosed = false
    }

    private let client: KubernetesClient
    private let places: [String?]
    private let agentNamespace: String
    private let key: String
    private let pause: Duration
    private let note: @Sendable (KubernetesError?) -> Void
    private let state = Mutex(State())
    private let bell: AsyncStream<Void>.Continuation
    private let rings: AsyncStream<Void>

    /// - Parameters:
    ///   - namespaces: in which policies count; empty is all of them.
    ///   - agentNamespace: whose policy is the whole cluster's; counts always.
    ///   - key: the annotation that holds them.
    ///   - pause: after a failure; doubled with each, up to a minute.
    ///   - note: is told that notes cannot be written, with why, or with nil that they are all written.
    package init(
        client: KubernetesClient,
        namespaces: Set<String>,
        agentNamespace: String,
        key: String = PolicyNote.key,
        pause: Duration = .seconds(1),
        note: @escaping @Sendable (KubernetesError?) -> Void
    ) {
        self.client = client
        places = namespaces.isEmpty ? [nil] : namespaces.union([agentNamespace]).sorted()
        self.agentNamespace = agentNamespace
        self.key = key
        self.pause = pause
        self.note = note
        (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// What is stored, by namespace.
    ///
    /// Where Leases may not be listed there are no notes of ours: whoever may not read them could not write them.
    package func load() async throws(KubernetesError) -> [String: PolicyNote.Stored] {
        try await texts().compactMapValues { PolicyNote.Stored($0) }
    }

    private func texts() async throws(KubernetesError) -> [String: String] {
        var texts: [String: String] = [:]
        for place in places {
            do throws(KubernetesError) {
                let leases = try await client.list(.leases, namespace: place, labels: PolicyNote.selector)
                for lease in leases.items where lease.name == PolicyNote.leaseName {
                    texts[lease.namespace] = lease.annotations[key] ?? ""
                }
            } catch {
                guard error.code == .forbidden, place == agentNamespace else { throw error }
            }
        }
        return texts
    }

    /// Hands over what is to be stored, in place of what was before; returns at once.
    package func keep(_ wanted: Wanted) {
        state.withLock { $0.wanted = wanted }
        bell.yield()
    }

    /// Writes until it is closed or cancelled.
    package func run() async {
        for await _ in rings {
            var failures = 0
            // What comes meanwhile rings again.
            while let wanted = state.withLock({ $0.wanted }), !Task.isCancelled {
                let error = await settle(wanted)
                note(error)
                guard error != nil, !state.withLock({ $0.isClosed }) else { break }
                failures += 1
                await rest(min(.seconds(60), pause * (1 << min(failures - 1, 6))))
            }
        }
    }

    /// Waits, though not longer than until it is closed.
    private func rest(_ time: Duration) async {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end, !Task.isCancelled, !state.withLock({ $0.isClosed }) {
            // One that fails was cancelled, which is seen at once.
            try? await Task.sleep(for: min(time, .milliseconds(200)))
        }
    }

    /// No more is written: `run` returns after what is under way.
    package func close() {
        state.withLock { $0.isClosed = true }
        bell.finish()
    }

    /// Writes what is not as it should be; returns the first failure, after everything was tried.
    private func settle(_ wanted: Wanted) async -> KubernetesError? {
        let stored: [String: String]
        do throws(KubernetesError) {
            stored = try await texts()
        } catch {
            return error
        }
        var failure: KubernetesError?
        for namespace in Set(stored.keys).union(wanted.texts.keys).sorted() where wanted.isOurs(namespace) {
            let text = wanted.texts[namespace] ?? ""
            guard stored[namespace] ?? "" != text else { continue }
            do throws(KubernetesError) {
                try await store(text, in: namespace)
            } catch {
                // A namespace that is gone, or whose documents are a folder's, has nothing to be kept in.
                if error.code != .notFound { failure = failure ?? error }
            }
        }
        return failure
    }

    private func store(_ text: String, in namespace: String) async throws(KubernetesError) {
        for attempt in 1...4 {
            do throws(KubernetesError) {
                guard let object = try await read(namespace) else { return try await create(text, in: namespace) }
                guard case .object(var members) = object.json, object.annotations[key] ?? "" != text else {
                    return
                }
                var metadata = object.metadata.members ?? [:]
                let annotations = object.annotations.merging([key: text]) { $1 }
                metadata["annotations"] = .object(annotations.mapValues { .string($0) })
                let labels = object.labels.merging(PolicyNote.labels) { $1 }
                metadata["labels"] = .object(labels.mapValues { .string($0) })
                members["metadata"] = .object(metadata)
                _ = try await client.update(
                    .leases,
                    namespace: namespace,
                    name: PolicyNote.leaseName,
                    .object(members)
                )
                return
            } catch {
                // Another replica was faster; the next look shows what it wrote.
                guard [.conflict, .alreadyExists].contains(error.code), attempt < 4 else { throw error }
            }
        }
    }

    private func read(_ namespace: String) async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            return try await client.get(.leases, namespace: namespace, name: PolicyNote.leaseName)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func create(_ text: String, in namespace: String) async throws(KubernetesError) {
        let metadata: JSONValue = [
            "name": .string(PolicyNote.leaseName), "namespace": .string(namespace),
            "labels": .object(PolicyNote.labels.mapValues { .string($0) }),
            "annotations": .object([key: .string(text)]),
        ]
        _ = try await client.create(
            .leases,
            namespace: namespace,
            [
                "apiVersion": .string(APIResource.leases.apiVersion), "kind": .string(APIResource.leases.kind),
                "metadata": metadata, "spec": [:],
            ]
        )
    }
}
