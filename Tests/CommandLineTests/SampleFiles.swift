/// Files that commands are run on.
enum SampleFiles {
    static let route = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: demo4-vs
          namespace: test1
        spec:
          hosts: [demo4.a.com]
          http:
          - name: all
            route:
            - destination: { host: demo4.test1.svc, subset: v1 }
              weight: 100
            - destination: { host: demo4.test1.svc, subset: v2 }
              weight: 0

        """

    /// Nothing listens on the target.
    static let spec = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4, namespace: test1 }
        spec:
          route:
            virtualService: demo4-vs
            file: route.yaml
            stable: { subset: v1, workload: demo4-v1 }
            canary: { subset: v2, workload: demo4-v2 }
          telemetry:
            scrape: { targets: ["http://127.0.0.1:1/stats/prometheus"] }
          pace: { interval: 1s, history: 30s, settle: 2s, warmup: 0s, deadline: 30m, bake: 1s }

        """

    static let header = "{\"schema\":\"haldane.windows/1\",\"bounds\":[1,2]}\n"

    /// Windows of a run that decide nothing.
    static func window(_ run: String) -> String {
        let pod = "{\"pod\":\"a\",\"requests\":{\"200\":100}}"
        return "{\"run\":\"\(run)\",\"seconds\":5,\"weight\":5,\"stable\":[\(pod)],\"canary\":[\(pod)]}\n"
    }
}
