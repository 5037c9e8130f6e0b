package import CanaryYAML

/// A request that the API server double received, for tests to look at.
package struct RequestRecord: Sendable {
    /// From 0, in the order of arrival.
    package let number: Int
    /// get, list, watch, create, update, patch, delete; the method in lower case for other paths.
    package let verb: String
    /// Empty for the core group and for paths that belong to no resource.
    package let group: String
    package let version: String
    /// The plural; empty for paths that belong to no resource.
    package let resource: String
    package let subresource: String?
    package let namespace: String?
    package let name: String?
    /// Without the query.
    package let path: String
    package let query: [String: String]
    package let contentType: String
    package let userAgent: String
    package let body: [UInt8]
    /// The number of its connection, from 0.
    package let connection: Int
    /// The status answered; nil while there is none, or if there never was.
    package internal(set) var code: Int?

    init(_ request: APIRequest, number: Int, connection: Int) {
        let place = request.place
        self.number = number
        self.connection = connection
        verb = request.verb
        group = place?.group ?? ""
        version = place?.version ?? ""
        resource = place?.plural ?? ""
        subresource = place?.subresource
        namespace = place?.namespace
        name = place?.name
        path = request.path
        query = request.query
        contentType = request.contentType
        userAgent = request.userAgent
        body = request.body
    }

    /// The body as JSON; nil if it is none.
    package var json: JSONValue? { try? JSONText.parse(body) }

    /// Whether it would change something.
    package var isWrite: Bool {
        ["create", "update", "patch", "delete", "deletecollection"].contains(verb)
            && resource != ClusterKind.accessReviews.plural && query["dryRun"] == nil
    }

    package func concerns(_ kind: ClusterKind) -> Bool { group == kind.group && resource == kind.plural }
}

extension RequestRecord: CustomStringConvertible {
    package var description: String {
        let place = [namespace, name].compactMap { $0 }.joined(separator: "/")
        return "\(verb) \(resource.isEmpty ? path : resource) \(place) -> \(code.map(String.init) ?? "no answer")"
    }
}

/// The requests so far, the oldest forgotten when there are too many.
struct RequestLog: Sendable {
    private(set) var records: [RequestRecord] = []
    private var count = 0
    private static let most = 20_000

    mutating func add(_ request: APIRequest, connection: Int) -> Int {
        if records.count >= Self.most { records.removeFirst(records.count / 2) }
        let number = count
        count += 1
        records.append(RequestRecord(request, number: number, connection: connection))
        return number
    }

    mutating func answered(_ number: Int, with code: Int) {
        guard let first = records.first?.number, records.indices.contains(number - first) else { return }
        records[number - first].code = code
    }
}
