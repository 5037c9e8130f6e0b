/// The route of the demo service as a file: everything on v1, and v2 as the one to be tried.
enum RouteFile {
    static let text = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: demo4-vs, namespace: test1 }
        spec:
          hosts: [demo4.a.com]
          http:
          - route:
            - destination:
                host: demo4.test1.svc.cluster.local
                subset: v1
              weight: 100
            - destination:
                host: demo4.test1.svc.cluster.local
                subset: v2
              weight: 0

        """
}
