import CanaryYAML

/// A place in a document (RFC 6901).
struct JSONPointer: Sendable, Hashable {
    let steps: [String]

    /// Nil if the text does not begin with a slash.
    init?(_ text: String) {
        guard !text.isEmpty else {
            steps = []
            return
        }
        guard text.hasPrefix("/") else { return nil }
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            step.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
                .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
        }
    }

    /// The value there; nil where there is none, `.null` where null is written.
    func value(in document: JSONValue) -> JSONValue? {
        var here = document
        for step in steps {
            switch here {
            case .object(let members):
                guard let next = members[step] else { return nil }
                here = next
            case .array(let items):
                guard let index = Self.index(step), items.indices.contains(index) else { return nil }
                here = items[index]
            default:
                return nil
            }
        }
        return here
    }

    /// A list index as RFC 6901 writes it: digits without leading zeros.
    static func index(_ step: String) -> Int? {
        guard step == "0" || !step.hasPrefix("0"), step.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(step)
    }
}
