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
    /// Whose token it carried; empty for one that is not valid.
    package let user: String
    package let body: [UInt8]
    /// The number of its connection, from 0.
    package let connection: Int
    /// The status answered; nil while there is none, or if there never was.
    package internal(set) var code: Int?

    init(_ request: APIRequest, number: Int, connection: Int, user: String) {
        let place = request.place
        self.user = user
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
            && !Self.reviews.contains(resource) && query["dryRun"] == nil
    }

    private static let reviews: Set<String> = [
        ClusterKind.accessReviews.plural, ClusterKind.selfReviews.plural,
    ]

    package func concerns(_ kind: ClusterKind) -> Bool { group == kind.group && resource == kind.plural }
}

extension RequestRecord: CustomStringConvertible {
    package var description: String {
        let place = [namespace, name].compactMap { $0 }.joined(separator: "/")
        return "\(verb) \(resource.isEmpty ? path : resource) \(place) -> \(code.map(String.init) ?? "no answer")"
    }
}
