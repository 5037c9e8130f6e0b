/// A route of the demo service.
package enum DemoRoute: Sendable, Hashable, CaseIterable {
    /// 90/10 for everybody.
    case virtualService
    /// 50/50 for staff, by a cookie; everybody else goes to the stable version.
    case cookieVirtualService
    /// 90/10 for everybody, over two Services.
    case httpRoute
    /// The same for gRPC.
    case grpcRoute

    package var kind: ClusterKind {
        switch self {
        case .virtualService, .cookieVirtualService: .virtualServices
        case .httpRoute: .httpRoutes
        case .grpcRoute: .grpcRoutes
        }
    }

    package var name: String {
        switch self {
        case .virtualService: "demo4-vs"
        case .cookieVirtualService: "demo4-cookie-vs"
        case .httpRoute: "demo4"
        case .grpcRoute: "demo4-grpc"
        }
    }

    /// The object as somebody would apply it.
    package var document: String {
        switch self {
        case .virtualService: DemoDocuments.virtualService
        case .cookieVirtualService: DemoDocuments.cookieVirtualService
        case .httpRoute: DemoDocuments.httpRoute
        case .grpcRoute: DemoDocuments.grpcRoute
        }
    }
}

/// The objects of the demo service that people write.
enum DemoDocuments {
    static let virtualService = """
        {
          "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
          "metadata": { "name": "demo4-vs", "namespace": "test1" },
          "spec": {
            "hosts": ["demo4.a.com"], "gateways": ["demo4-gateway"],
            "http": [ { "route": [
              { "destination": { "host": "demo4.test1.svc.cluster.local", "subset": "v1" }, "weight": 90 },
              { "destination": { "host": "demo4.test1.svc.cluster.local", "subset": "v2" }, "weight": 10 }
            ] } ]
          }
        }
        """

    static let cookieVirtualService = #"""
        {
          "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
          "metadata": { "name": "demo4-cookie-vs", "namespace": "test1" },
          "spec": {
            "hosts": ["demo4.a.com"], "gateways": ["demo4-gateway"],
            "http": [
              {
                "match": [ { "headers": { "cookie": {
                  "regex": "^(.*?;)?(email=[^;]*@some-company-name.com)(;.*)?$"
                } } } ],
                "route": [
                  { "destination": { "host": "demo4.test1.svc.cluster.local", "subset": "v1" }, "weight": 50 },
                  { "destination": { "host": "demo4.test1.svc.cluster.local", "subset": "v2" }, "weight": 50 }
                ]
              },
              { "route": [ { "destination": { "host": "demo4.test1.svc.cluster.local", "subset": "v1" } } ] }
            ]
          }
        }
        """#

    static let httpRoute = """
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
          "metadata": { "name": "demo4", "namespace": "test1" },
          "spec": {
            "parentRefs": [ { "name": "demo4-gateway" } ], "hostnames": ["demo4.a.com"],
            "rules": [ { "name": "canary", "backendRefs": [
              { "name": "demo4-v1", "port": 80, "weight": 90 },
              { "name": "demo4-v2", "port": 80, "weight": 10 }
            ] } ]
          }
        }
        """

    static let grpcRoute = """
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GRPCRoute",
          "metadata": { "name": "demo4-grpc", "namespace": "test1" },
          "spec": {
            "parentRefs": [ { "name": "demo4-gateway" } ], "hostnames": ["demo4.a.com"],
            "rules": [ { "name": "canary", "backendRefs": [
              { "name": "demo4-v1", "port": 80, "weight": 90 },
              { "name": "demo4-v2", "port": 80, "weight": 10 }
            ] } ]
          }
        }
        """

    static let destinationRule = """
        {
          "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
          "metadata": { "name": "demo4-dr", "namespace": "test1" },
          "spec": {
            "host": "demo4.test1.svc.cluster.local",
            "subsets": [
              { "name": "v1", "labels": { "version": "v1" } }, { "name": "v2", "labels": { "version": "v2" } }
            ]
          }
        }
        """

    static let istioGateway = """
        {
          "apiVersion": "networking.istio.io/v1", "kind": "Gateway",
          "metadata": { "name": "demo4-gateway", "namespace": "test1" },
          "spec": {
            "selector": { "istio": "ingressgateway" },
            "servers": [ { "port": { "number": 80, "name": "http", "protocol": "HTTP" }, "hosts": ["demo4.a.com"] } ]
          }
        }
        """

    static let gateway = """
        {
          "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
          "metadata": { "name": "demo4-gateway", "namespace": "test1" },
          "spec": {
            "gatewayClassName": "istio",
            "listeners": [ { "name": "http", "port": 80, "protocol": "HTTP", "hostname": "demo4.a.com" } ]
          }
        }
        """

    /// The Service of both versions, and one for each.
    static let services = [
        service("demo4", selector: #"{ "app": "demo4" }"#, address: "10.96.4.10"),
        service("demo4-v1", selector: #"{ "app": "demo4", "version": "v1" }"#, address: "10.96.4.11"),
        service("demo4-v2", selector: #"{ "app": "demo4", "version": "v2" }"#, address: "10.96.4.12"),
    ]

    private static func service(_ name: String, selector: String, address: String) -> String {
        """
        {
          "apiVersion": "v1", "kind": "Service",
          "metadata": { "name": "\(name)", "namespace": "test1", "labels": { "app": "demo4" } },
          "spec": {
            "type": "ClusterIP", "clusterIP": "\(address)", "selector": \(selector),
            "ports": [ { "name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP" } ]
          }
        }
        """
    }
}
