import CanaryCore
import CanarySources
import CanaryTelemetry
import Testing

@Suite struct CohortNamespaceTests {
    @Test(
        "a cohort's namespace is the host's, else the spec's where that is known to be the route's",
        arguments: [
            ("demo4", nil, "test1", "test1"), ("demo4", "route.yaml", "test1", "test1"),
            ("demo4", "route.yaml", "default", nil), ("demo4", nil, "default", "default"),
            ("demo4.shop.svc.cluster.local", "route.yaml", "default", "shop"),
            ("demo4.shop.svc.cluster.local", nil, "test1", "shop"), ("api.example.com", nil, "test1", nil),
            (nil, nil, "test1", "test1"), (nil, "route.yaml", "default", nil),
        ] as [(String?, String?, String, String?)]
    )
    func namespace(host: String?, file: String?, namespace: String, expected: String?) {
        let destination = DestinationSpec(host: host, workload: "w")
        let spec = CanarySpec(
            name: "demo4",
            namespace: namespace,
            route: RouteSpec(object: "demo4", file: file, stable: destination, canary: DestinationSpec()),
            telemetry: TelemetrySpec()
        )

        #expect(spec.workloadNamespace(of: destination) == expected)
        #expect(CohortSelector(destination, namespace: expected).namespace == expected)
    }
}
