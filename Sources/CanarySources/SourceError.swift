/// Why a source of telemetry could not be opened.
package struct SourceError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case badRoute, notAService, noService, noSelector, noSubset, ambiguous, noPods, noGateway, noWaypoint
            case noCallers, api
        }

        private let kind: Kind

        package var description: String { kind.rawValue }

        /// The route does not say which Services serve the two versions.
        package static let badRoute = Code(kind: .badRoute)
        /// A destination that is no Service of this cluster.
        package static let notAService = Code(kind: .notAService)
        /// The Service is not there.
        package static let noService = Code(kind: .noService)
        /// The Service has no selector, so the API does not say which pods serve it.
        package static let noSelector = Code(kind: .noSelector)
        /// No DestinationRule has the subset.
        package static let noSubset = Code(kind: .noSubset)
        /// Several answers fit, or a pod belongs to both versions.
        package static let ambiguous = Code(kind: .ambiguous)
        /// No pod of either version.
        package static let noPods = Code(kind: .noPods)
        /// The route names no gateway, or its gateway has no pods.
        package static let noGateway = Code(kind: .noGateway)
        /// Nothing says which waypoint serves the Service, or it has no pods.
        package static let noWaypoint = Code(kind: .noWaypoint)
        /// The callers inside the mesh are not named.
        package static let noCallers = Code(kind: .noCallers)
        /// The API server did not answer as it should.
        package static let api = Code(kind: .api)
    }

    package enum Disposition: Sendable, Hashable {
        /// The same call may work later.
        case retry
        /// The input is wrong.
        case refuse
        /// Somebody must look.
        case stop
    }

    package var code: Code
    /// A sentence that names the thing.
    package var message: String
    /// What was found.
    package var cause: String?
    /// What to do about it.
    package var hint: String?
    /// How a caller may go on.
    package var disposition: Disposition

    package init(
        _ code: Code,
        _ message: String,
        cause: String? = nil,
        hint: String? = nil,
        disposition: Disposition = .refuse
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
        self.disposition = disposition
    }

    /// One word of a bounded vocabulary, for metric labels and JSON.
    package var label: String { code.description }

    /// Message and cause, without the hint.
    var inOneLine: String { message + (cause.map { ": \($0)" } ?? "") }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
