/// Why a source of telemetry could not be opened.
package struct SourceError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case badRoute, notAService, noService, noSelector, noSubset, ambiguous, noPods, noGateway, noWaypoint
            case noCallers, api
            case unreachable, timedOut, denied, wrongPath, notPrometheus, badQuery, tooMuch, overloaded, badAnswer
            case wrongAnswer, credentials, noSeries, partialAnswer, duplicated, tooShort
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
        /// No connection to the Prometheus server.
        package static let unreachable = Code(kind: .unreachable)
        /// The server did not answer in time.
        package static let timedOut = Code(kind: .timedOut)
        /// The server does not accept who asks.
        package static let denied = Code(kind: .denied)
        /// The server has no query API at the address.
        package static let wrongPath = Code(kind: .wrongPath)
        /// What answered is no Prometheus: a login page, a proxy.
        package static let notPrometheus = Code(kind: .notPrometheus)
        /// The server refuses the query.
        package static let badQuery = Code(kind: .badQuery)
        /// The query needs more than the server gives.
        package static let tooMuch = Code(kind: .tooMuch)
        /// The server has no time now.
        package static let overloaded = Code(kind: .overloaded)
        /// An answer that is cut short or is not what the API says.
        package static let badAnswer = Code(kind: .badAnswer)
        /// An answer to another question: wrong labels, a scalar, moments that were not asked for.
        package static let wrongAnswer = Code(kind: .wrongAnswer)
        /// The server has no series of the two versions.
        package static let noSeries = Code(kind: .noSeries)
        /// The server says that its answer is not complete.
        package static let partialAnswer = Code(kind: .partialAnswer)
        /// The same requests are stored more than once.
        package static let duplicated = Code(kind: .duplicated)
        /// The time asked about is shorter than a window.
        package static let tooShort = Code(kind: .tooShort)
        /// A password or token that cannot be read.
        package static let credentials = Code(kind: .credentials)
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
    /// The query that was asked, on one line.
    package var asked: String?
    /// How a caller may go on.
    package var disposition: Disposition

    package init(
        _ code: Code,
        _ message: String,
        cause: String? = nil,
        hint: String? = nil,
        asked: String? = nil,
        disposition: Disposition = .refuse
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
        self.asked = asked
        self.disposition = disposition
    }

    /// One word of a bounded vocabulary, for metric labels and JSON.
    package var label: String { code.description }

    /// Message and cause, and at the end, because it is long, what was asked; without the hint.
    package var inOneLine: String {
        message + (cause.map { ": \($0)" } ?? "") + (asked.map { "; asked was: \($0)" } ?? "")
    }

    package var description: String {
        var text = inOneLine
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
