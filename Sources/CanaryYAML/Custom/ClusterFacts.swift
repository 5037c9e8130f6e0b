/// Objects of a canary's namespace, as the API gives them: what the parts of a spec that nobody wrote are inferred from.
///
/// Mirrors may strip them: of routes `metadata.name` and `spec` are read, of DestinationRules `spec.host` and `spec.subsets`, of
/// Deployments `metadata.name` and `spec.template.metadata.labels`, of Services `metadata.name` and `spec.selector`. API version and
/// kind may be missing, as in the items of a list.
package struct ClusterFacts: Sendable {
    package var virtualServices: [JSONValue]
    package var httpRoutes: [JSONValue]
    package var grpcRoutes: [JSONValue]
    package var destinationRules: [JSONValue]
    package var deployments: [JSONValue]
    package var services: [JSONValue]

    package init(
        virtualServices: [JSONValue] = [],
        httpRoutes: [JSONValue] = [],
        grpcRoutes: [JSONValue] = [],
        destinationRules: [JSONValue] = [],
        deployments: [JSONValue] = [],
        services: [JSONValue] = []
    ) {
        self.virtualServices = virtualServices
        self.httpRoutes = httpRoutes
        self.grpcRoutes = grpcRoutes
        self.destinationRules = destinationRules
        self.deployments = deployments
        self.services = services
    }

    /// Adds an object of any kind, if it is one that is looked at and in the namespace; objects without one are.
    ///
    /// - Returns: whether it was added.
    @discardableResult
    package mutating func add(_ object: JSONValue, namespace: String) -> Bool {
        if let other = object["metadata"]?["namespace"]?.string, other != namespace { return false }
        switch object["kind"]?.string {
        case "VirtualService": virtualServices.append(object)
        case "HTTPRoute": httpRoutes.append(object)
        case "GRPCRoute": grpcRoutes.append(object)
        case "DestinationRule": destinationRules.append(object)
        case "Deployment": deployments.append(object)
        case "Service": services.append(object)
        default: return false
        }
        return true
    }
}
