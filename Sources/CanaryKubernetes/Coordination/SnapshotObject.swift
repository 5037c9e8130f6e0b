import CanaryYAML

extension APIResource {
    package static let configMaps = APIResource(group: "", version: "v1", plural: "configmaps", kind: "ConfigMap")
}

/// Bytes that a process keeps in a ConfigMap for whoever comes after it.
///
/// A process that has lost its lease and does not know it yet must not overwrite what its successor keeps: each write carries
/// the lease's count of transitions, and goes through only if nobody with a higher one, or under another Lease object, wrote before.
/// The Lease alone says who holds it: whoever has just proved that he does writes over any fence.
package actor SnapshotObject {
    /// What came of a write.
    package enum Stored: Sendable, Hashable {
        case stored
        /// A later holder's is there.
        case fenced
        /// More than a ConfigMap holds; with the size in bytes.
        case tooLarge(Int)
    }

    /// What is kept.
    package struct Content: Sendable, Hashable {
        package var bytes: [UInt8]
        /// The run that it is about, by name; untrusted text.
        package var run: String
        /// Whose it is: the Lease's uid and its transitions while it was held; untrusted as well.
        package var lease: String
        package var transitions: Int?

        package init(bytes: [UInt8], run: String, lease: String = "", transitions: Int? = nil) {
            self.bytes = bytes
            self.run = run
            self.lease = lease
            self.transitions = transitions
        }
    }

    package static let key = "snapshot"
    static let fence = "haldane.dev/transitions"
    static let lease = "haldane.dev/lease"
    static let run = "haldane.dev/run"
    /// Base 64 makes three bytes four; the server takes a mebibyte for everything.
    package static let mostBytes = 750_000

    private let client: KubernetesClient
    private let namespace: String
    private let name: String
    private let labels: [String: String]
    /// As written last: the next write needs no look.
    private var written: KubernetesObject?

    package init(client: KubernetesClient, namespace: String, name: String, labels: [String: String] = [:]) {
        self.client = client
        self.namespace = namespace
        self.name = name
        self.labels = labels
    }

    /// Keeps the bytes in place of what is there.
    ///
    /// - Parameters:
    ///   - fence: the lease's transitions while we hold it.
    ///   - lease: the Lease's uid; empty if it is not known.
    ///   - isProved: the Lease was renewed right before, so that whatever fence is there is not a holder's.
    package func store(
        _ content: Content,
        fence: Int,
        lease: String = "",
        isProved: Bool = false
    ) async throws(KubernetesError) -> Stored {
        guard content.bytes.count <= Self.mostBytes else { return .tooLarge(content.bytes.count) }
        for _ in 0..<3 {
            do throws(KubernetesError) {
                guard let object = if let written { written } else { try await read() } else {
                    written = try await client.create(
                        .configMaps,
                        namespace: namespace,
                        json(content, fence, lease, nil)
                    )
                    return .stored
                }
                if !isProved, isFenced(object, fence, lease) { return .fenced }
                let document = json(content, fence, lease, object)
                written = try await client.update(.configMaps, namespace: namespace, name: name, document)
                return .stored
            } catch {
                written = nil
                guard [.conflict, .alreadyExists].contains(error.code) else { throw error }
            }
        }
        throw KubernetesError(
            code: .conflict,
            message: "the ConfigMap '\(name)' in namespace '\(namespace)' is written by somebody else all the time",
            hint: "look who does"
        )
    }

    /// What is kept; nil if there is nothing that can be read.
    package func load() async throws(KubernetesError) -> Content? {
        guard let object = try await read(), let text = object.json["binaryData"]?[Self.key]?.string,
            text.utf8.count <= 2 << 20, let bytes = Base64.decoded(text)
        else { return nil }
        let marks = object.annotations
        return Content(
            bytes: bytes,
            run: marks[Self.run] ?? "",
            lease: marks[Self.lease] ?? "",
            transitions: marks[Self.fence].flatMap { Int($0) }
        )
    }

    /// Takes it away; it may be gone already.
    package func delete() async throws(KubernetesError) {
        written = nil
        var call = APICall(verb: "delete", resource: .configMaps, namespace: namespace, name: name)
        call.isRepeatable = false
        do throws(KubernetesError) {
            _ = try await client.json(call)
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    private func read() async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            return try await client.get(.configMaps, namespace: namespace, name: name)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func isFenced(_ object: KubernetesObject, _ fence: Int, _ lease: String) -> Bool {
        if let other = object.annotations[Self.lease], !other.isEmpty, !lease.isEmpty, other != lease { return true }
        return object.annotations[Self.fence].flatMap { Int($0) }.map { $0 > fence } ?? false
    }

    private func json(_ content: Content, _ fence: Int, _ lease: String, _ object: KubernetesObject?) -> JSONValue {
        var metadata = object?.metadata.members ?? ["name": .string(name), "namespace": .string(namespace)]
        let marks = [Self.fence: "\(fence)", Self.lease: lease, Self.run: content.run]
        let annotations = (object?.annotations ?? [:]).merging(marks) { $1 }
        metadata["annotations"] = .object(annotations.mapValues { .string($0) })
        metadata["labels"] = .object((object?.labels ?? [:]).merging(labels) { $1 }.mapValues { .string($0) })
        return [
            "apiVersion": .string(APIResource.configMaps.apiVersion), "kind": .string(APIResource.configMaps.kind),
            "metadata": .object(metadata),
            "binaryData": [Self.key: .string(Base64.encoded(content.bytes))],
        ]
    }
}
