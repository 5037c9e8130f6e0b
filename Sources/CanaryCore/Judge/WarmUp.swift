/// Which canary pods are still warming: from a pod's first request, for a fixed time.
///
/// A restart of a known pod is not a new pod. At most 10,000 pods are remembered; pods beyond that never count as warming.
struct WarmUp: Sendable, Hashable, Codable {
    private let seconds: Double
    private var firstRequest: [String: Double] = [:]

    init(seconds: Double) {
        self.seconds = seconds
    }

    /// Whether the window that starts at `startsAt` (seconds since the judge's first window) belongs to the pod's warm-up.
    mutating func isWarming(_ pod: String, requests: Int, startsAt: Double) -> Bool {
        if let first = firstRequest[pod] { return startsAt < first + seconds }
        guard seconds > 0 else { return false }
        if requests > 0, firstRequest.count < Self.limit { firstRequest[pod] = startsAt }
        return firstRequest[pod] != nil
    }

    private static let limit = 10_000
}
