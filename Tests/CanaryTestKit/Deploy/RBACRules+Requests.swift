extension RBACRules {
    /// The same, for the API server double to keep to.
    package var accessRules: [AccessRule] {
        grants.sorted().map { grant in
            AccessRule(
                user: user,
                groups: [grant.group],
                resources: [grant.resource],
                verbs: [grant.verb],
                namespace: grant.namespace,
                names: grant.name.map { [$0] } ?? []
            )
        }
    }

    /// Whether a request that the double received is permitted.
    package func covers(_ request: RequestRecord) -> Bool { covers(Grant(request)) }

    /// What is granted, and needed by none of the requests.
    package func unused(_ requests: [RequestRecord]) -> [Grant] { unused(requests.map(Grant.init)) }
}

extension RBACRules.Grant {
    /// What a request needs.
    package init(_ request: RequestRecord) {
        self.init(
            verb: request.verb,
            group: request.group,
            resource: request.resource + (request.subresource.map { "/\($0)" } ?? ""),
            namespace: request.namespace,
            name: request.name
        )
    }
}
