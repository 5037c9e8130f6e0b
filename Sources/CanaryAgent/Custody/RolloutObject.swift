package import CanaryCore
package import CanaryKubernetes
import FoundationEssentials

/// What the objects of one canary's rollouts are called in the cluster, and what is in them.
package enum RolloutObject {
    /// Carried by every object that Haldane makes.
    package static let labels = ["app.kubernetes.io/managed-by": "haldane"]
    /// The same as a label selector.
    package static let selector = "app.kubernetes.io/managed-by=haldane"
    /// The annotation of the Lease that holds the `RolloutRecord`.
    package static let recordKey = "haldane.dev/record"
    /// The annotation that names who wrote the record last.
    static let lastHolderKey = "haldane.dev/last-holder"

    /// The label of the Lease that tells which route object its rollouts were about last, so that only those are listed.
    static let routeKey = "haldane.dev/route"

    /// The label's value: names of objects may be longer than values.
    static func routeLabel(_ route: RouteSpec) -> String { hash("\(route.kind.rawValue)/\(route.object)") }

    /// The name of the Lease and of the ConfigMap: `haldane-<canary>`.
    ///
    /// A canary whose name does not fit, cannot be part of a name, or could be taken for a member of the agent gets a hash at the end.
    package static func name(of canary: String) -> String {
        let prefix = "haldane-"
        let isPlain =
            !canary.isEmpty && !canary.hasPrefix("agent-") && canary != "agent"
            && prefix.utf8.count + canary.utf8.count <= 253
            && canary.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel)
        if isPlain { return prefix + canary }
        let kept = canary.utf8.prefix(180).map { byte -> Character in
            isAlphanumeric(byte) ? Character(UnicodeScalar(byte)) : "-"
        }
        let stem = String(kept).split(separator: "-").joined(separator: "-")
        return prefix + (stem.isEmpty ? "" : stem + "-") + hash(canary)
    }

    private static func isLabel(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && part.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// FNV-1a (Fowler, Noll, Vo), 64 bits, in hexadecimal digits.
    private static func hash(_ text: String) -> String {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// The record that a Lease holds.
package enum StoredRecord: Sendable, Hashable {
    /// There is none, as in a Lease that something else made.
    case none
    case record(RolloutRecord)
    /// Of another version of the format, which must not be overwritten.
    case otherSchema(String)
    /// Nothing that can be read.
    case damaged

    package init(_ lease: Lease) {
        guard let text = lease.annotations[RolloutObject.recordKey], !text.isEmpty else {
            self = .none
            return
        }
        struct Mark: Decodable { var schema: String }
        let data = Data(text.utf8)
        let decoder = JSONDecoder()
        // Why it cannot be read does not matter: the text is anybody's.
        guard text.utf8.count <= 256 << 10, let mark = try? decoder.decode(Mark.self, from: data) else {
            self = .damaged
            return
        }
        guard mark.schema == RolloutRecord.schema else {
            self = .otherSchema(String(mark.schema.prefix(64)))
            return
        }
        self = (try? decoder.decode(RolloutRecord.self, from: data)).map { .record($0) } ?? .damaged
    }

    /// The record, if there is one that can be read.
    package var value: RolloutRecord? { if case .record(let record) = self { record } else { nil } }
}

extension RolloutRecord {
    /// The annotation's text; empty if it cannot be written, which no record of ours is.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
