/// How a response is named in a window: an HTTP status (`"200"`), a gRPC status (`"grpc-13"`), or `"0"` for none at
/// all.
///
/// The error classes are those of the statistics reference, section 10: 5xx and gRPC 2, 4, 8, 12, 13, 14, 15 fail; `0`
/// and `499` count as requests, not as failures, and their share is shown.
package struct ResponseKey: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    /// Whether the version failed the request.
    package var isFailure: Bool {
        if let status = grpcStatus { return Self.failingStatuses.contains(status) }
        if text == "grpc-unknown" { return true }
        let bytes = text.utf8
        return bytes.count == 3 && bytes.first == UInt8(ascii: "5")
    }

    /// Whether the client went away before an answer was complete.
    package var isAbort: Bool { text == "0" || text == "499" }

    package static func < (left: ResponseKey, right: ResponseKey) -> Bool { left.text < right.text }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    private var grpcStatus: Int? {
        guard text.hasPrefix("grpc-") else { return nil }
        return Int(text.dropFirst(5))
    }

    private static let failingStatuses: Set<Int> = [2, 4, 8, 12, 13, 14, 15]
}
