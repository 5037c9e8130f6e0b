package import CanaryCore
import FoundationEssentials

/// What is kept of a CanaryPolicy that keeps releases from something, beside the policy itself: one that is deleted opens nothing,
/// also for an agent that begins after that.
///
/// It is an annotation of the Lease `haldane-agent` in the policy's namespace, which nobody holds. Which scope it is about is told by
/// that namespace alone.
package struct PolicyNote: Sendable, Hashable, Codable {
    static let schema = "haldane.policy/1"
    /// The annotation.
    package static let key = "haldane.dev/policy"
    /// That of agents whose policies are files: they know nothing of those of the cluster, nor these of them.
    package static let fileKey = "haldane.dev/policy-file"
    /// No canary's rollouts have a Lease of this name, see `RolloutObject.name`.
    package static let leaseName = "haldane-agent"
    static let labels = RolloutObject.labels.merging([AgentMembers.role: "policy"]) { $1 }
    static let selector = "\(RolloutObject.selector),\(AgentMembers.role)=policy"
    private static let mostBytes = 128 << 10

    private let schema: String
    package let policy: CanaryPolicy
    package let brakes: FleetBrakes

    package init(_ policy: CanaryPolicy, _ brakes: FleetBrakes) {
        schema = Self.schema
        self.policy = policy
        self.brakes = brakes
    }

    /// Whether deleting the policy could open anything, now or at another time.
    package var canClose: Bool { policy.freeze != nil || !policy.windows.isEmpty || brakes.engaged != nil }

    /// The annotation's text; empty if there is nothing to keep.
    package var text: String {
        guard canClose else { return "" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and finite numbers alone cannot fail to be encoded.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A note as it is stored.
    package enum Stored: Sendable, Hashable {
        case note(PolicyNote)
        /// Damaged, or of another version of the format.
        case unreadable

        /// Nil if nothing is kept.
        package init?(_ text: String?) {
            guard let text, !text.isEmpty else { return nil }
            guard text.utf8.count <= mostBytes,
                let note = try? JSONDecoder().decode(PolicyNote.self, from: Data(text.utf8)),
                note.schema == PolicyNote.schema
            else {
                self = .unreadable
                return
            }
            self = .note(note)
        }
    }
}
