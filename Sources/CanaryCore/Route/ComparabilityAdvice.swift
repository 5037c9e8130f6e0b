/// What makes two versions comparable when only a segment of the traffic reaches the canary.
package enum ComparabilityAdvice {
    /// A Telemetry resource, ready to paste: it tags the callers' metrics with the route and the subset that were chosen.
    ///
    /// `xds.route_name` is the name of the http rule, so the rule has to have one. The tag exists on the source reporter only.
    package static func telemetry(namespace: String) -> String {
        """
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata:
          name: canary-route-tags
          namespace: \(namespace)        # of the callers, or of the gateway
        spec:
          metrics:
          - providers:
            - name: prometheus
            overrides:
            - match: { metric: REQUEST_COUNT, mode: CLIENT }
              tagOverrides:
                route_name: { value: "xds.route_name" }
                upstream_cluster: { value: "xds.cluster_name" }
            - match: { metric: REQUEST_DURATION, mode: CLIENT }
              tagOverrides:
                route_name: { value: "xds.route_name" }
                upstream_cluster: { value: "xds.cluster_name" }
        """
    }

    /// The part of the spec that then selects the segment on both sides.
    package static func spec(rule: String?) -> String {
        """
        telemetry:
          reporter: source
          match: { route_name: "\(rule ?? "NAME-OF-THE-RULE")" }
        """
    }
}
