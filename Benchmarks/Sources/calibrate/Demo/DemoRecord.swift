import Foundation

/// What one `haldane demo` printed, as far as it is looked at.
struct DemoRecord: Decodable, Sendable {
    var outcome: String
    var detail: String
    var reason: String
    var seconds: Double
    var asExpected: Bool
    var expected: String

    /// Real seconds; not part of the output.
    var realSeconds = 0.0

    private enum CodingKeys: String, CodingKey {
        case outcome
        case detail
        case reason
        case seconds
        case asExpected
        case expected
    }

    init(output: Data, realSeconds: Double) throws {
        self = try JSONDecoder().decode(DemoRecord.self, from: output)
        self.realSeconds = realSeconds
    }
}
