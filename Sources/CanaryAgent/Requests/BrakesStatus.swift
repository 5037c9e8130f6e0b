package import CanaryCore
package import CanaryYAML
import FoundationEssentials

/// What is kept of a policy's brakes in `status.brakes` of the CanaryPolicy: readable for people, complete for the agent.
package struct BrakesStatus: Sendable, Hashable {
    package var brakes: FleetBrakes
    /// Where they hold.
    package var scope: ScopedPolicy.Scope

    package init(_ brakes: FleetBrakes, scope: ScopedPolicy.Scope) {
        self.brakes = brakes
        self.scope = scope
    }

    /// `{"engaged":true,"since":"…","count":4,"message":"…","memory":"…"}`; `memory` is opaque.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["engaged": .bool(brakes.engaged != nil)]
        if let engaged = brakes.engaged {
            members["since"] = .string(engaged.mark)
            members["count"] = .integer(Int64(engaged.count))
            members["message"] = .string(engaged.sentence(scope))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Texts and whole numbers alone cannot fail to be encoded.
        if let memory = try? encoder.encode(brakes) {
            members["memory"] = .string(String(decoding: memory, as: UTF8.self))
        }
        return .object(members)
    }

    /// The brakes as they were kept; those of a status that cannot be read are engaged by nobody.
    package static func brakes(in status: JSONValue) -> FleetBrakes {
        guard let text = status["brakes"]?["memory"]?.string, text.utf8.count <= 1 << 20 else { return FleetBrakes() }
        return (try? JSONDecoder().decode(FleetBrakes.self, from: Data(text.utf8))) ?? FleetBrakes()
    }
}

extension FleetBrakes.Lift {
    /// The verb of a request on a CanaryPolicy.
    package static let verb = "lift-brakes"

    /// As annotations of the CanaryPolicy, see `RequestAnnotations`.
    package func members(id: String, at: Timestamp) -> [String: String] {
        ["id": id, "verb": Self.verb, "mark": mark, "reason": reason, "by": by, "at": at.rfc3339]
    }

    /// Reads the request on a CanaryPolicy; nil if it is something else, or none.
    package init?(annotations: [String: String]) {
        let members = RequestAnnotations.members(of: annotations)
        guard members["verb"] == Self.verb, let mark = members["mark"] else { return nil }
        self.init(
            mark: PlainLine.of(mark, limit: 64),
            by: PlainLine.of(members["by"] ?? "", limit: 253),
            reason: PlainLine.of(members["reason"] ?? "", limit: 500)
        )
    }
}
