/// The texts of the files that a demonstration works on: a route to rewrite and a spec that names it.
package enum DemoFiles {
    package static let routeName = "demo4-vs.yaml"
    package static let specName = "canary.yaml"

    /// A VirtualService whose only rule divides the traffic between the simulated versions.
    ///
    /// - Parameter canaryPercent: the canary's weight, brought into 0...100.
    package static func virtualService(canaryPercent: Int = 0) -> String {
        let canary = min(max(canaryPercent, 0), 100)
        return """
            # The route of the simulated service demo4. `haldane` rewrites the two weights and nothing else.
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: demo4-vs
              namespace: test1
              labels:
                team: orders
            spec:
              hosts:
              - demo4.a.com
              gateways:
              - demo4-gateway
              http:
              - name: all
                route:
                # the version that carries the traffic
                - destination:
                    host: demo4.test1.svc.cluster.local
                    subset: v1
                  weight: \(100 - canary)
                # the version that wants to
                - destination:
                    host: demo4.test1.svc.cluster.local
                    subset: v2
                  weight: \(canary)  # percent, as the sum is 100
                retries:
                  attempts: 0

            """
    }

    /// A spec for that route, with the defaults spelled out where a reader would look for them.
    ///
    /// - Parameters:
    ///   - targets: URLs of the pods' pages, as `MeshServer.start()` returns them.
    ///   - routeFile: the path of the VirtualService, absolute or relative to the spec.
    ///   - pace: durations in the spec's own notation, e.g. `["history": "10m"]`; they replace or join the
    ///     written ones.
    package static func spec(targets: [String], routeFile: String, pace: [String: String] = [:]) -> String {
        let written = [
            ("interval", "5s"), ("history", "30m"), ("settle", "15s"), ("warmup", "60s"), ("deadline", "30m"),
            ("bake", "10m"),
        ]
        let known = Set(written.map(\.0))
        let others = pace.keys.filter { !known.contains($0) }.sorted().map { ($0, pace[$0] ?? "") }
        let times = (written + others)
            .map { "    \($0.0): \(pace[$0.0] ?? $0.1)\n" }
            .joined()
        let list = targets.map { "      - \(quoted($0))\n" }.joined()
        return """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata:
              name: demo4
              namespace: test1
            spec:
              route:
                virtualService: demo4-vs
                file: \(quoted(routeFile))
                stable: { subset: v1, workload: demo4-deployment-v1 }
                canary: { subset: v2, workload: demo4-deployment-v2 }
              telemetry:
                scrape:
                  # one page a pod, as a sidecar's port 15020 shows it
                  targets:
            \(list)    reporter: destination
              objectives:
                errors: { tolerance: 0.05pp, ratio: 1.1, budget: 0.15pp, budgetRatio: 1.25 }
                latency: { tolerance: 10%, budget: 20% }
              steps: [5%, 10%, 25%, 50%, 100%]
              pace:
            \(times)
            """
    }

    /// A double-quoted YAML scalar.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
