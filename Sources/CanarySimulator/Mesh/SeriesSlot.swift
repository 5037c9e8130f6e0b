/// Who calls the simulated service.
enum Caller: Int, CaseIterable, Sendable {
    /// The way in that the rule governs.
    case gateway
    /// A job in the mesh that uses the canary's own address.
    case batchJob

    var workload: String {
        switch self {
        case .gateway: "istio-ingressgateway"
        case .batchJob: "batch-job"
        }
    }

    var namespace: String {
        switch self {
        case .gateway: "istio-system"
        case .batchJob: "test1"
        }
    }
}

/// How a request to the simulated service ends, as its sidecar sees it.
enum ResponseKind: Int, CaseIterable, Sendable {
    case success
    /// The caller's mistake; one request in a hundred, with the latency of a success.
    case notFound
    /// The application answered 503.
    case failure
    /// The application closed the connection.
    case broken
    /// Nothing listens.
    case refused

    var code: String {
        switch self {
        case .success: "200"
        case .notFound: "404"
        case .failure, .broken, .refused: "503"
        }
    }

    var flags: String {
        switch self {
        case .success, .notFound, .failure: "-"
        case .broken: "UC"
        case .refused: "UF"
        }
    }
}

/// One label combination of a pod's sidecar: a position in its tables.
enum SeriesSlot {
    /// Incoming requests by caller and response, then the one for outgoing calls.
    static let count = Caller.allCases.count * ResponseKind.allCases.count + 1
    /// Calls that the pod makes to its database service, seen by its own sidecar with reporter `source`.
    static let outgoing = count - 1

    static func incoming(_ caller: Caller, _ response: ResponseKind) -> Int {
        caller.rawValue * ResponseKind.allCases.count + response.rawValue
    }
}
